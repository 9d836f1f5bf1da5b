import ArgumentParser
import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTALlama
import RESTALocal
import RESTAServer
import RESTAVLLM

@main
enum Main {
  static func main() async {
    RemoteArguments.register {
      try await VLLMConnector.connect($0, rowsOf: $1, contextLength: $2, calibrated: $3)
    }
    await CommandLineTool.main(Resta.self)
  }
}

/// The `resta` command.
struct Resta: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resta",
    abstract: "Chat with a local language model, defended against jailbreak prompts.",
    discussion: """
      RESTA (arXiv 2501.16497) adds random noise to the embeddings of the user's tokens, lets k \
      noisy copies of the prompt vote on the first l tokens of the answer, and continues \
      undisturbed. Adversarial suffixes are brittle, meaning is not.

      Start with:
        resta demo
        resta generate "Name three primary colours."
        resta doctor --model model.gguf
        resta eval run
        resta serve --playground

      Without --model, the model is $RESTA_MODEL, or the one that 'make demo' put into .models/.
      """,
    version: Version.description,
    subcommands: CommandLineTool.local + [
      Calibrate.self, Eval.self, SweepCommand.self, MeaningCommand.self, AttackCommand.self,
      ReportCommand.self, Serve.self, Bench.self, Compare.self,
    ])
}

/// `resta bench`: what the defence costs.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure what the defence costs.",
    discussion: """
      Without a name of what to measure, it measures the decoders: 'resta bench --help' is about \
      choosing, 'resta bench decoders --help' about their flags.
      """,
    subcommands: [BenchDecoders.self, BenchServe.self], defaultSubcommand: BenchDecoders.self)
}

extension EvaluationError: ReportedError {
  package var commandExitCode: Int32 {
    [.invalidConfiguration, .invalidData].contains(code) ? 2 : 1
  }
}

extension ServerError: ReportedError {
  package var commandExitCode: Int32 { code == .addressUnavailable ? 1 : 2 }
}

/// A model at vLLM servers, connected to by the options of the command line.
enum VLLMConnector {
  static func connect(
    _ arguments: RemoteArguments, rowsOf path: String, contextLength: Int?,
    calibrated: CalibratedSetting?
  ) async throws -> any LanguageModel {
    var settings = try VLLMSettings(
      urls: arguments.vllmUrl ?? "", model: arguments.vllmModel ?? "")
    settings.keyVariable = arguments.vllmKey
    settings.number = arguments.vllmBfloat16 ? .bfloat16 : .float32
    settings.contextLength = contextLength
    let rows = try LlamaRows(path: path)
    var information = rows.information
    information.calibrated = calibrated
    return try await VLLMModel.connect(
      settings,
      source: ModelSource(
        information: information, tokenizer: rows.tokenizer, chatTemplate: rows.chatTemplate,
        embeddings: { try rows.embeddings(of: $0) }))
  }
}

extension VLLMModel: RemoteModel {
  package var engine: String {
    let versions = Set(startCheck.servers.map { $0.version ?? "of unknown version" })
    return "vLLM \(versions.sorted().joined(separator: ", "))"
  }

  package var findings: [String] {
    startCheck.servers.map { server in
      let version = server.version.map { "vLLM \($0)" } ?? "a server that does not say its version"
      return
        "\(server.url), \(version): rows and token ids give the same tokens (log-probabilities "
        + "differ by \(Summary.number(server.difference)))"
    }
  }
}
