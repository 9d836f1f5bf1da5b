import Foundation
package import RESTA
import RESTADocuments
import RESTALlama

/// What `resta generate --json` prints: a stable shape, to which fields may be added.
package struct GenerationReport: Encodable {
  /// The defence's rows, what they came to on this prompt, and the answer's options.
  package struct Settings: Encodable {
    package let effective: EffectiveSettings
    package let options: GenerationOptions

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: NamedKey.self)
      try container.encode(rowsOf: effective.defense)
      try container.encode(effective.calibration, named: "calibration")
      try container.encode(effective.sigmaAbsolute, named: "sigma_absolute")
      try container.encode(effective.sigmaRelative, named: "sigma_relative")
      try container.encode(effective.perturbedTokens, named: "perturbed_tokens")
      try container.encode(effective.decoder, named: "decoder")
      try container.encode(effective.plan.map { Plan(plan: $0) }, named: "plan")
      try container.encode(options.maximumTokens, named: "max_tokens")
      try container.encode(options.stop, named: "stop")
      try container.encode(options.sampling, named: "sampling")
      try container.encode(effective.samplingSeed, named: "sampling_seed")
    }
  }

  /// What the decoder was allowed to save; numbers, or the text `auto`.
  private struct Plan: Encodable {
    let plan: DecodingPlan

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: NamedKey.self)
      try container.encode(plan.sharesPrefix, named: "shares_prefix")
      let amounts = [("draft", plan.draft, Int.max), ("first_wave", plan.firstWave, 128)]
      for (name, amount, most) in amounts {
        switch amount {
        case .adaptive: try container.encode("auto", named: name)
        case .fixed(let count): try container.encode(min(count, most), named: name)
        }
      }
      try container.encode(plan.favours, named: "favours")
    }
  }

  package let text: String
  package let tokenIds: [TokenID]
  package let stopReason: StopReason
  package let promptTokens: Int
  package let defusedControlText: Bool
  package let settings: Settings
  /// The position that voting started at.
  @Nullable package var votedFrom: Int?
  package let votes: [VoteReport]
  /// What checkpoints found that opened the turn again; not there without such checkpoints.
  package let probes: [ProbeReport]?
  package let totals: TotalsReport
  package let run: RunReport

  package init(
    _ result: GenerationResult, options: GenerationOptions,
    tokenizer: any Tokenizer, run: RunReport
  ) {
    text = result.text
    tokenIds = result.tokenIDs
    stopReason = result.stopReason
    promptTokens = result.promptTokens
    defusedControlText = result.defusedControlText
    settings = Settings(effective: result.settings, options: options)
    votedFrom = result.settings.defense.isActive ? result.votedFrom : nil
    votes = result.votes.map { VoteReport($0, tokenizer: tokenizer) }
    probes =
      result.settings.defense.probes
      ? result.probes.map { ProbeReport($0, tokenizer: tokenizer) } : nil
    totals = TotalsReport(result.totals)
    self.run = run
  }
}

/// What ran: enough to tell two results apart, and to repeat one.
package struct RunReport: Encodable {
  package struct Adapter: Encodable {
    package let file: String
    package let scale: Float
  }

  package let resta: String
  package let llamaCpp: String
  package let model: String
  package let modelFile: String
  package let architecture: String
  package let adapters: [Adapter]
  package let chatTemplate: String
  package let threads: Int?
  /// What computes the model, where that is not this process.
  package let engine: String?

  package init(_ model: any LanguageModel, arguments: ModelArguments) throws {
    let local = model as? LlamaModel
    resta = Version.number
    llamaCpp = LlamaModel.libraryVersion
    self.model = model.information.name
    modelFile = URL(fileURLWithPath: try Models.resolve(arguments.model)).lastPathComponent
    architecture = model.information.architecture
    adapters = (local?.options.adapters ?? []).map {
      Adapter(file: URL(fileURLWithPath: $0.path).lastPathComponent, scale: $0.scale)
    }
    engine = (model as? any RemoteModel)?.engine
    chatTemplate = arguments.chatTemplate ?? "model"
    threads = local?.threads
  }
}

/// The command's version, and what it runs on.
package enum Version {
  package static let number = "0.1.0"

  package static var description: String { "\(number) (llama.cpp \(LlamaModel.libraryVersion))" }
}

/// Output for machines.
package enum JSONOutput {
  /// A value as JSON with snake_case names, spread over lines if `pretty`; none of our types throws.
  package static func text(_ value: some Encodable, pretty: Bool = true) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting =
      pretty
      ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      : [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Prints a value.
  package static func print(_ value: some Encodable) throws {
    Terminal.line(try text(value))
  }
}
