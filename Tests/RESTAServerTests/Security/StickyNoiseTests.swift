import RESTA
import RESTATesting
import Testing

@testable import RESTAServer

@Suite("Sticky noise")
struct StickyNoiseTests {
  // Made with Python's hmac, for each prompt p and the secret s:
  //   int.from_bytes(hmac.new(s.encode(), p.encode(), hashlib.sha256).digest()[:8], "big") >> 11
  @Test(
    "is HMAC-SHA256 of the prompt's bytes",
    arguments: [
      ("", 2_583_548_052_920_909), ("a", 439_862_976_139_513),
      (
        "<|im_start|>user\nHow do I bake bread?<|im_end|>\n<|im_start|>assistant\n",
        3_401_870_173_955_878
      ),
      ("e\u{301}", 7_131_363_652_680_738), ("\u{E9}", 1_344_726_533_632_615),
      ("\u{1F468}\u{200D}\u{1F469}", 880_579_807_948_776), ("a\0b", 6_938_194_278_554_480),
      (String(repeating: "x", count: 1000), 731_756_056_276_359),
    ] as [(String, UInt64)])
  func golden(prompt: String, seed: UInt64) throws {
    let noise = try StickyNoise(secret: "0123456789abcdef")
    #expect(noise.seed(for: prompt) == seed)
    #expect(!noise.isEphemeral)
  }

  @Test("takes the secret as UTF-8")
  func secret() throws {
    let noise = try StickyNoise(secret: "correct horse battery staple \u{FC}")
    #expect(noise.seed(for: "a") == 8_954_590_280_245_829)
  }

  @Test("refuses a short secret without showing it", arguments: ["", "0123456789abcde"])
  func short(secret: String) throws {
    let error = try #require(throws: ServerError.self) { try StickyNoise(secret: secret) }
    #expect(error.message.contains("RESTA_NOISE_SECRET"))
    #expect(!error.message.contains("abcde"))
  }

  @Test("of a conversation is of its client and of all up to the end of the first user message")
  func conversation() throws {
    let template = try ChatTemplate(
      source: "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}")
    let noise = try StickyNoise(secret: "0123456789abcdef")
    func seed(
      _ messages: [ChatMessage], _ noise: StickyNoise, _ client: String = "a"
    ) throws -> UInt64 {
      try noise.conversation(of: client, template.render(messages)).seed
    }
    let first = try seed([.user("x")], noise)
    #expect(first < 1 << 53)
    #expect(try seed([.user("x"), .assistant("y"), .user("z")], noise) == first)
    #expect(try seed([.user("x"), .assistant("w")], noise) == first)
    #expect(noise.seed(for: "[user]x") != first)
    let others = [
      try seed([.user("y")], noise), try seed([.system(""), .user("x")], noise),
      try seed([.user("x")], noise, "b"), try seed([.user("x")], noise, ""),
      try seed([.user("x")], StickyNoise(secret: "0123456789abcdeg")),
    ]
    #expect(Set(others + [first]).count == others.count + 1)
  }

  @Test("of a conversation is of its first message, also where a template prints names before it")
  func named() throws {
    let template = try ChatTemplate(
      source: "{% for m in messages %}<{{ m.role }}{{ ' ' + m.name if m.name else '' }}>"
        + "{{ m.content }}{% endfor %}")
    let noise = try StickyNoise(secret: "0123456789abcdef")
    func seed(_ contents: String...) throws -> UInt64 {
      let messages = contents.map { ChatMessage(role: .user, content: $0, name: "Ann") }
      return try noise.conversation(of: "a", template.render(messages)).seed
    }
    #expect(try seed("x") != seed("y"))
    #expect(try seed("x") == seed("x", "z"))
  }

  @Test("draws another secret for each process, and says so")
  func ephemeral() {
    var one = SeededGenerator(seed: 1)
    var other = SeededGenerator(seed: 2)
    var again = SeededGenerator(seed: 1)
    let noise = StickyNoise(using: &one)
    #expect(noise.isEphemeral)
    #expect(noise.seed(for: "p") == StickyNoise(using: &again).seed(for: "p"))
    #expect(noise.seed(for: "p") != StickyNoise(using: &other).seed(for: "p"))
    #expect(noise.seed(for: "p") != StickyNoise(using: &one).seed(for: "p"))
  }

  @Test("has 53 bits, which a Double holds")
  func range() throws {
    let noise = try StickyNoise(secret: "0123456789abcdef")
    let seeds = (0..<500).map { noise.seed(for: "\($0)") }
    #expect(seeds.allSatisfy { $0 < 1 << 53 && UInt64(Double($0)) == $0 })
    #expect(Set(seeds).count == 500)
    // Each of the 53 bits is set in about half of them; in none of 500 with probability 2^-500.
    #expect(seeds.reduce(0, |) == 1 << 53 - 1)
  }
}
