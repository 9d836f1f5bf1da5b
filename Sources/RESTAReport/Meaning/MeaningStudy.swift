package import RESTA
package import RESTAEvaluation

/// What is left of prompts under noise: their embeddings, the prediction behind them, and the answer.
///
/// One noisy copy is copy 0 of the vote with the same seed everywhere, so all that is measured of it is of
/// the same noise.
package struct MeaningStudy: Sendable {
  private let model: any LanguageModel
  private let template: ChatTemplate?
  /// The settings that are measured, in order.
  package let defenses: [RestaDefense]
  private let maximumTokens: Int

  /// Names what is measured: noise, k and l of the defences, whose seeds are not used; `nil` is the model's own
  /// template.
  package init(
    model: any LanguageModel, template: ChatTemplate?, defenses: [RestaDefense], maximumTokens: Int
  ) {
    self.model = model
    self.template = template
    self.defenses = defenses
    self.maximumTokens = maximumTokens
  }

  /// Measures a prompt, which its number finds in its source, under every setting; `begun` is told each before.
  package func measure(
    _ text: String, number: Int, seed: UInt64, begun: (_ setting: Int) -> Void = { _ in }
  ) async throws -> PromptMeaning {
    let prompt = try Generation.tokenize([.user(text)], for: model, template: template)
    let embeddings = try await model.embeddings(of: prompt.ids)
    let clean = try await answer(prompt, .none)
    var settings: [PromptMeaning.Setting] = []
    var (noisy, own) = ([Float](), [TokenID]())
    for (index, named) in defenses.enumerated() {
      begun(index)
      var defense = named.defense
      defense.seed = seed
      let noise = try EmbeddingNoise(
        defense.noise, scale: model.information.embeddingScale, seed: seed)
      var tokens: [PromptMeaning.Token] = []
      let positions = prompt.positions(of: defense.perturbed)
      for position in positions {
        let row = embeddings[row: position]
        let after = noise.perturbedRow(row, position: position, copy: 0)
        guard let change = RowChange(from: row, to: after[...]) else { continue }
        tokens.append(PromptMeaning.Token(id: prompt.ids[position], change: change))
        noisy += after
        own.append(prompt.ids[position])
      }
      let copies = (0..<defense.samples).map {
        PerturbedRows(noise, embeddings: embeddings, positions: positions, copy: $0)
      }
      var single = defense
      single.samples = 1
      let (one, vote) = (try await answer(prompt, single), try await answer(prompt, defense))
      settings.append(
        PromptMeaning.Setting(
          defense: named.defaultName, sigmaAbsolute: noise.sigma, tokens: tokens,
          prediction: try await prediction(behind: prompt.ids, copies),
          oneCopy: PromptMeaning.Answer(one, like: clean, defense.prefix),
          vote: PromptMeaning.Answer(vote, like: clean, defense.prefix)))
    }
    // One walk over the table for the rows of all settings.
    let decoded = try await OwnTokens.decode(
      EmbeddingMatrix(rows: own.count, dimensions: embeddings.dimensions, values: noisy), of: own,
      vocabulary: model.information.vocabularySize, table: { try await model.embeddings(of: $0) })
    var next = decoded.makeIterator()
    for setting in settings.indices {
      for token in settings[setting].tokens.indices {
        guard let found = next.next() else { continue }
        settings[setting].tokens[token].ownByCosine = found.byCosine
        settings[setting].tokens[token].ownByProduct = found.byProduct
      }
    }
    return PromptMeaning(
      prompt: number, seed: seed, promptTokens: prompt.ids.count, answer: clean.text,
      settings: settings)
  }

  private func answer(
    _ prompt: TokenizedPrompt, _ defense: DefenseSettings
  ) async throws -> GenerationResult {
    try await Generation(
      model: model, prompt: prompt, defense: defense,
      options: GenerationOptions(maximumTokens: maximumTokens)
    ).result()
  }

  /// Compares the clean prediction of the first token with those of copies.
  private func prediction(
    behind prompt: [TokenID], _ copies: [PerturbedRows]
  ) async throws -> PromptMeaning.Prediction {
    let count = copies.count + 1
    let segments: [ForwardSegment] =
      [ForwardSegment(sequence: 0, input: .tokens(prompt))]
      + copies.enumerated().map {
        ForwardSegment(sequence: $0.offset + 1, input: .perturbed($0.element))
      }
    let rows = try await model.reserve(sequences: count, cells: count * prompt.count).use {
      try await $0.forward(segments)
    }
    return try PromptMeaning.Prediction(
      clean: Logits.logSoftmax(rows[0]), copies: rows.dropFirst().map(Logits.logSoftmax))
  }
}
