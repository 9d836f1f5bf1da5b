import RESTA
import RESTALlama
import RESTALocal
import RESTAVLLM

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
    let template: Result<ChatTemplate?, RESTAError>
    do {
      template = .success(try rows.chatTemplate)
    } catch let error as RESTAError {
      template = .failure(error)
    }
    return try await VLLMModel.connect(
      settings,
      source: ModelSource(
        information: information, tokenizer: rows.tokenizer, chatTemplate: template,
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
