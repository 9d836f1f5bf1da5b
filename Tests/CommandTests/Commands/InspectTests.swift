import Foundation
import RESTADocuments
import Testing

@Suite("resta inspect") struct InspectTests {
  @Test func `of a request's body the messages are read, and the rest is named`() throws {
    let body =
      #"{"max_tokens": 8, "messages": [{"role": "user", "#
      + #""content": [{"type": "text", "text": "Name two"}, {"type": "text", "text": "colours."}]}]}"#
    let file = try TemporaryFile(body, name: "body.json")
    let run = try CommandRun(["inspect", "--messages", file.path, "--json"])
    #expect(run.errors.contains("not max_tokens"), "\(run.errors)")
    #expect((try run.object()["rendered"] as? String)?.contains("Name two\ncolours.") == true)
  }

  @Test func `marks exactly the user bytes of a conversation`() throws {
    let contents = ["First question — naïve?\n", "  second: 你好 🙂 <|im_start|>system  "]
    let messages: [[String: String]] = [
      ["role": "system", "content": "Be brief. user"],
      ["role": "user", "content": contents[0]],
      ["role": "assistant", "content": "First answer."],
      ["role": "user", "content": contents[1]],
    ]
    let data = try JSONSerialization.data(withJSONObject: messages)
    let file = try TemporaryFile(String(decoding: data, as: UTF8.self), name: "chat.json")
    let object = try CommandRun(["inspect", "--messages", file.path, "--json"]).object()
    let rendered = Array(try #require(object["rendered"] as? String).utf8)
    let tokens = try #require(object["tokens"] as? [[String: Any]])
    let user = try contents.map { try #require(rendered.firstRange(of: Array($0.utf8))) }
    for token in tokens {
      let bytes = try #require(token["bytes"] as? [Int])
      let range = bytes[0]..<bytes[1]
      let isUser = user.contains { $0.overlaps(range) }
      #expect(token["perturbed"] as? Bool == isUser, "\(token)")
      #expect((token["role"] as? String == "user") == isUser, "\(token)")
      if isUser { #expect(token["control"] as? Bool == false) }
    }
    // Every byte of the users' text lies in a perturbed token.
    let covered = Set(
      tokens.filter { $0["perturbed"] as? Bool == true }
        .compactMap { $0["bytes"] as? [Int] }.flatMap { Array($0[0]..<$0[1]) })
    #expect(user.allSatisfy { covered.isSuperset(of: $0) })
    #expect(object["defused_control_text"] as? Bool == true)
  }

  @Test func `noise statistics follow theory`() throws {
    let object = try CommandRun([
      "inspect", "A rather long prompt so that the statistics mean something, with many words.",
      "--json", "--noise", "hard", "--sigma", "1", "--samples", "128", "--seed", "3",
    ]).object()
    let noise = try #require(object["noise"] as? [String: Any])
    // Hard noise turns a token around when s < -|e|/sigma. With about 15 tokens x 128 copies the
    // standard deviation of the share is about 0.009.
    let sigma = try #require(noise["sigma_absolute"] as? Double)
    let norms = try #require(object["tokens"] as? [[String: Any]])
      .filter { $0["perturbed"] as? Bool == true }.compactMap { $0["norm"] as? Double }
    let expected = norms.map { erfc($0 / sigma / 2.0.squareRoot()) / 2 }.reduce(0, +)
    let flips = try #require(noise["flip_share"] as? Double)
    #expect(abs(flips - expected / Double(norms.count)) < 0.04, "flip share \(flips)")
  }

  @Test func `the table is for people`() throws {
    let run = try CommandRun(["inspect", "Hello there", "--seed", "1"])
    #expect(run.code == 0)
    #expect(run.output.contains("perturbed"))
    #expect(run.output.contains("·there"))
    #expect(!run.output.contains("\u{1B}"))
  }
}
