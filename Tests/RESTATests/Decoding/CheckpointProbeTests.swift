import RESTATesting
import Testing

@testable import RESTA

@Suite("Checkpoints that open the assistant's turn again")
struct CheckpointProbeTests {
  /// `|` stands for the header; what follows it is taken for a refusal where it begins with `N`.
  private static let probe = CheckpointProbe(header: [Fixture.token("|")]) { $0.hasPrefix("N") }

  private static func defense(l: Int = 2, every: Int = 3, tokens: Int = 2) -> DefenseSettings {
    var defense = Fixture.defense(l: .tokens(l))
    defense.checkpointEvery = every
    defense.checkpointForm = .header
    defense.checkpointTokens = tokens
    return defense
  }

  /// All say `abcdefghijkl`; behind a header in front of some positions the copies say their text.
  private static func model(_ said: [Int: [String]]) -> ScriptedModel {
    let saying = Fixture.voting(Array(repeating: "abcdefghijkl", count: 4))
    return ScriptedModel { context in
      guard let bar = context.answer.firstIndex(of: Fixture.token("|")) else {
        return saying(context)
      }
      // The unperturbed model is never asked to refuse: its drafts are only that.
      let texts = ["xx"] + (said[bar] ?? ["yz", "yz", "yz"])
      let (text, place) = (Array(texts[context.sequence]), context.answer.count - bar - 1)
      return text.indices.contains(place) ? Fixture.token(text[place]) : Fixture.end
    }
  }

  private static func generate(
    _ said: [Int: [String]], _ defense: DefenseSettings = defense(), decoder: DecoderKind
  ) async throws -> GenerationResult {
    try await Generation(
      model: model(said), prompt: Fixture.short(), defense: defense,
      options: GenerationOptions(maximumTokens: 40), decoder: decoder, probe: probe
    ).result()
  }

  @Test("the answer ends where a refusal is planted, and else is as if nobody had asked")
  func ends() async throws {
    for decoder in DecoderKind.allCases {
      let calm = try await Self.generate([:], decoder: decoder)
      #expect(calm.text == "abcdefghijkl" && calm.stopReason == .endOfGeneration, "\(decoder)")
      #expect(calm.probes.map(\.position) == [5, 8, 11] && calm.votes.count == 2, "\(decoder)")
      #expect(calm.probes.allSatisfy { $0.text == "yz" && !$0.isRefusal }, "\(decoder)")
      // Two of three refuse in front of the second probe.
      let ended = try await Self.generate([8: ["No", "yz", "No"]], decoder: decoder)
      #expect(ended.text == "abcdefgh" && ended.stopReason == .checkpointRefusal, "\(decoder)")
      #expect(ended.probes.map(\.isRefusal) == [false, true], "\(decoder)")
      #expect(ended.probes.last?.text == "No", "\(decoder)")
      #expect(ended.probes.last?.votes.map(\.position) == [0, 1], "\(decoder)")
      // One of three does not.
      let outvoted = try await Self.generate([8: ["No", "yz", "yz"]], decoder: decoder)
      #expect(outvoted.text == "abcdefghijkl", "\(decoder)")
      // A turn that ends at once says nothing.
      let silent = try await Self.generate([5: [".", ".", "."]], decoder: decoder)
      #expect(silent.probes[0].text.isEmpty && silent.probes[0].votes.count == 1, "\(decoder)")
    }
  }

  @Test("a window says where probes are, and when none comes any more")
  func positions() {
    var generator = SeededGenerator(seed: 8)
    var seen = 0
    for _ in 0..<500 {
      let (length, every) = (generator.integer(in: 1...9), generator.element(of: [1, 2, 5, .max]))
      let defense = Self.defense(l: length, every: every)
      let opening = generator.element(of: [0, 3, 20])
      let window = SmoothingWindow(defense, promptEnd: [], countedOpening: opening)
      let first = length + (window.start ?? 0)
      let maximum = generator.integer(in: 1...60)
      var probed: [Int] = []
      var next = first
      while every < maximum - next {
        next += every
        probed.append(next)
      }
      if opening == 0 { #expect(defense.probeCount(of: maximum) == probed.count) }
      for position in 0..<maximum {
        #expect(window.isProbed(position) == probed.contains(position))
        #expect(window.contains(position) == (position < first) && !window.isCheckpoint(position))
        let isOver = position >= first && !probed.contains { $0 >= position }
        #expect(window.isOver(at: position, of: maximum) == isOver)
        if probed.contains(position) { seen += 1 }
      }
    }
    #expect(seen >= 500)
  }

  @Test("room is set aside for what is probed, and what has none is told")
  func room() async throws {
    let prompt = try Fixture.short()
    let taken = prompt.tokens.count + Self.probe.header.count + 2
    for (context, count) in [(taken + 7, 7), (taken + 1, 1)] {
      let model = ScriptedModel(
        contextLength: context, predicting: Fixture.saying("abcdefghijkl"))
      let result = try await Generation(
        model: model, prompt: prompt, defense: Self.defense(), decoder: .fast, probe: Self.probe
      ).result()
      #expect(result.tokenIDs.count == count && result.stopReason == .contextFull)
    }
    await #expect(throws: RESTAError.self) {
      try await Generation(
        model: ScriptedModel(contextLength: taken, predicting: Fixture.saying("a")), prompt: prompt,
        defense: Self.defense(), probe: Self.probe
      ).result()
    }
  }

  @Test("the header is what the template writes between two turns of the assistant")
  func header() throws {
    let model = ScriptedModel(predicting: Fixture.saying("a"))
    func header(_ template: ChatTemplate?) throws -> String? {
      let probe = try CheckpointProbe(for: Self.defense(), model: model, template: template) { _ in
        false
      }
      return probe.map { String(decoding: $0.header.map { UInt8($0) }, as: UTF8.self) }
    }
    let chatml = try ChatTemplate.builtIn("chatml", bosToken: "", eosToken: "")
    #expect(try header(chatml) == "<|im_end|>\n<|im_start|>assistant\n")
    #expect(
      try CheckpointProbe(for: Fixture.defense(), model: model, template: nil) { _ in false } == nil
    )
    for (template, reason) in [
      (nil, "needs a chat template"),
      (
        try ChatTemplate(source: "{% for m in messages %}[{{ m.content }}]{% endfor %}"), "opens no"
      ),
      (
        try ChatTemplate(
          source: "{% for m in messages %}{% if m.role == 'assistant' %}"
            + "{{ raise_exception('no') }}{% endif %}{{ m.content }}{% endfor %}"),
        "refuses an answer"
      ),
    ] as [(ChatTemplate?, String)] {
      let error = #expect(throws: RESTAError.self) { try header(template) }
      #expect(
        error?.code == .invalidSetting && error?.message.contains(reason) == true, "\(reason)")
    }
  }

  @Test("what it does not go with is refused by name")
  func refused() throws {
    let model = ScriptedModel(predicting: Fixture.saying("a"))
    let error = #expect(throws: RESTAError.self) {
      try Generation(model: model, prompt: Fixture.short(), defense: Self.defense())
    }
    #expect(error?.message.contains("checkpoint_form header needs") == true)
    var defense = Self.defense()
    for (change, message) in [
      ({ $0.checkpointTokens = 65 }, "checkpoint_tokens must be at most 64"),
      ({ $0.checkpointEnds = true }, "checkpoint_ends goes with checkpoint_form vote"),
      ({ $0.checkpointEvery = nil }, "checkpoint_form goes"),
    ] as [((inout DefenseSettings) -> Void, String)] {
      defense = Self.defense()
      change(&defense)
      let error = #expect(throws: RESTAError.self) { try defense.validate() }
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
  }
}
