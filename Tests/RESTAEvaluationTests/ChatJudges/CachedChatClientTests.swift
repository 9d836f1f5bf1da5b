import RESTA
import RESTADocuments
import RESTAEvaluation
import Testing

@Suite("Replies are kept") struct CachedChatClientTests {
  private struct BrokenCache: JudgeCache {
    var readable: Bool
    func reply(for key: String) throws -> String? {
      if readable { return nil }
      throw TalkativeError()
    }
    func store(_ reply: String, for key: String) throws { throw TalkativeError() }
  }

  @Test func `the same question is asked once`() async throws {
    let inner = ScriptedChatClient { "reply to \($0[0].content)" }
    let cache = MemoryJudgeCache()
    for _ in 0..<3 {
      // Another wrapper each time: what is kept is in the cache.
      let client = CachedChatClient(inner, cache: cache)
      #expect(client.id == inner.id)
      for text in ["a", "b"] {
        let reply = try await client.complete(messages: [.user(text)], maximumTokens: 8)
        #expect(reply.text == "reply to \(text)")
      }
    }
    #expect(inner.asked.count == 2)
    #expect(cache.count == 2)
  }

  @Test func `whatever changes the reply changes the key`() {
    let base: [ChatMessage] = [.user("ab"), .assistant("c")]
    let keys = [
      CachedChatClient.key(client: "m", messages: base, maximumTokens: 8),
      CachedChatClient.key(client: "n", messages: base, maximumTokens: 8),
      CachedChatClient.key(client: "m", messages: base, maximumTokens: 9),
      CachedChatClient.key(
        client: "m", messages: [.user("a"), .assistant("bc")], maximumTokens: 8),
      CachedChatClient.key(client: "m", messages: [.user("ab"), .user("c")], maximumTokens: 8),
      CachedChatClient.key(client: "m", messages: [.user("ab")], maximumTokens: 8),
      // Canonically equivalent, and other bytes.
      CachedChatClient.key(client: "m", messages: [.user("é")], maximumTokens: 8),
      CachedChatClient.key(client: "m", messages: [.user("e\u{301}")], maximumTokens: 8),
    ]
    #expect(Set(keys).count == keys.count)
    #expect(keys.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{64}/) != nil })
  }

  @Test func `the key is SHA-256 of the parts behind their lengths`() {
    // Computed with Python: sha256 of struct.pack("<Q", len(p)) + p for each part.
    #expect(
      CachedChatClient.key(client: "m", messages: [.user("é")], maximumTokens: 8)
        == "3578af531c1c76db9cad5dad04f0d226b301c61186c953b7789d5aee99bae287")
  }

  @Test func `failures are not kept`() async throws {
    let cache = MemoryJudgeCache()
    let broken = CachedChatClient(ScriptedChatClient { _ in throw TalkativeError() }, cache: cache)
    await #expect(throws: TalkativeError.self) {
      try await broken.complete(messages: [.user("a")], maximumTokens: 8)
    }
    #expect(cache.count == 0)
    let sound = CachedChatClient(ScriptedChatClient { _ in "now" }, cache: cache)
    #expect(try await sound.complete(messages: [.user("a")], maximumTokens: 8) == "now")
  }

  @Test(arguments: [(false, "read"), (true, "written")])
  func `a cache that fails makes the answer unscored`(readable: Bool, verb: String) async throws {
    let inner = ScriptedChatClient { _ in "[[YES]]" }
    let client = CachedChatClient(inner, cache: BrokenCache(readable: readable))
    let verdict = try await ChatJudge(client: client).judge(.about("Text."))
    #expect(verdict.finding == .unscored)
    #expect(verdict.reason == "The cache of the judge's replies could not be \(verb).")
  }
}
