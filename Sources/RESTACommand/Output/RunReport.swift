import Foundation
import RESTA
import RESTALlama

/// What ran: enough to tell two results apart, and to repeat one.
struct RunReport: Encodable {
  struct Adapter: Encodable {
    let file: String
    let scale: Float
  }

  let resta: String
  let llamaCpp: String
  let model: String
  let modelFile: String
  let architecture: String
  let adapters: [Adapter]
  let chatTemplate: String
  let threads: Int

  init(_ model: LlamaModel, arguments: ModelArguments) throws {
    resta = Version.number
    llamaCpp = LlamaModel.libraryVersion
    self.model = model.information.name
    modelFile = URL(fileURLWithPath: try Models.resolve(arguments.model)).lastPathComponent
    architecture = model.information.architecture
    adapters = model.options.adapters.map {
      Adapter(file: URL(fileURLWithPath: $0.path).lastPathComponent, scale: $0.scale)
    }
    chatTemplate = arguments.chatTemplate ?? "model"
    threads = model.threads
  }
}
