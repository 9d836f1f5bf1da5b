public import RESTA

/// A loaded model as the server gets it.
public struct LoadedModel: Sendable {
  /// The model.
  public var model: any LanguageModel
  /// The chat template; `nil` for the model's own.
  public var template: ChatTemplate?

  /// Describes a loaded model.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - template: The chat template. Default: the model's own.
  public init(model: any LanguageModel, template: ChatTemplate? = nil) {
    self.model = model
    self.template = template
  }
}

/// The model with everything that requests need to know about it.
struct ServedModel: Sendable {
  /// What `model` says in requests and replies.
  let id: String
  /// When it was loaded, in seconds since 1970.
  let created: Int
  let model: any LanguageModel
  let template: ChatTemplate?
  let policy: DefensePolicy

  /// - Parameters:
  ///   - loaded: The model.
  ///   - settings: The server's.
  ///   - created: When it was loaded, in seconds since 1970.
  /// - Throws: ``ServerError`` when the settings do not fit the model.
  init(_ loaded: LoadedModel, settings: ServerSettings, created: Int) throws(ServerError) {
    let information = loaded.model.information
    id = settings.model.name ?? information.name
    self.created = created
    model = loaded.model
    template = loaded.template
    policy = try DefensePolicy(settings: settings, model: information)
  }
}
