import RESTA

/// How close the predictions are at one position of an answer: by how much the best token's logit
/// leads the runner-up's.
struct NearTie: Encodable {
  /// A copy's two best tokens.
  struct Lead: Encodable {
    /// The copy, from 0; `nil` is the unperturbed model.
    @Nullable var copy: Int?
    let best: TokenID
    let runnerUp: TokenID
    let lead: Float
  }

  /// Of the sequences that choose the token there, the closest first.
  let leads: [Lead]

  /// Measures a position.
  ///
  /// - Parameters:
  ///   - result: An answer.
  ///   - position: The position, from 0; all tokens in front of it are taken from the answer.
  ///   - prompt: The prompt of the answer.
  ///   - model: The model.
  /// - Throws: What the model throws.
  init(
    _ result: GenerationResult, position: Int, prompt: TokenizedPrompt, model: any LanguageModel
  ) async throws {
    let answer = Array(result.tokenIDs.prefix(position))
    let isVoted = result.votes.contains { $0.position == position }
    var leads: [Lead] = []
    if isVoted {
      let defense = result.settings.defense
      let embeddings = try await model.embeddings(of: prompt.ids)
      let positions = prompt.positions(of: defense.perturbed)
      let noise = try EmbeddingNoise(
        defense.noise, embeddings: embeddings, positions: positions, seed: defense.seed ?? 0)
      for copy in 0..<defense.samples {
        let matrix = noise.perturb(embeddings, positions: positions, copy: copy)
        leads.append(try await Self.lead(copy, .embeddings(matrix), answer, model))
      }
    } else {
      leads.append(try await Self.lead(nil, .tokens(prompt.ids), answer, model))
    }
    self.leads = leads.sorted { $0.lead < $1.lead }
  }

  private static func lead(
    _ copy: Int?, _ input: ForwardSegment.Input, _ answer: [TokenID], _ model: any LanguageModel
  ) async throws -> Lead {
    let reservation = try await model.reserve(sequences: 1, cells: input.count + answer.count)
    do {
      var segments = [
        ForwardSegment(sequence: 0, input: input, outputs: answer.isEmpty ? .last : .none)
      ]
      if !answer.isEmpty { segments.append(ForwardSegment(sequence: 0, input: .tokens(answer))) }
      let rows = try await reservation.forward(segments)
      await reservation.release()
      var row = rows[0]
      let best = try Logits.argmax(row)
      let largest = row[best]
      row[best] = -.infinity
      let second = try Logits.argmax(row)
      return Lead(
        copy: copy, best: TokenID(best), runnerUp: TokenID(second), lead: largest - row[second])
    } catch {
      await reservation.release()
      throw error
    }
  }
}
