package import RESTA
import RESTADocuments
import RESTALlama

/// The chat template of the command line: a file or a name, its date and its variables.
extension ModelArguments {
  /// Checks what can be checked without a model.
  func checkTemplate() throws {
    _ = (try date, try variables)
    guard let chatTemplate, !ChatTemplate.builtInNames.contains(chatTemplate) else { return }
    _ = try templateSource(chatTemplate)
  }

  /// The date of --template-date.
  package var date: TemplateDate? {
    get throws {
      try templateDate.map { text in
        guard let date = TemplateDate(text) else {
          throw Failure.usage(
            "--template-date '\(text)' must be \(SettingKind<TemplateDate>.templateDate.expected).")
        }
        return date
      }
    }
  }

  /// The variables of --template-var.
  package var variables: [String: TemplateVariable] {
    get throws {
      do {
        return try TemplateVariable.named(templateVariables)
      } catch {
        throw Failure.usage("--template-var: \(error.message)")
      }
    }
  }

  private func templateSource(_ path: String) throws -> String {
    func unusable(_ reason: String) -> Failure {
      .usage("--chat-template '\(path)' \(reason)")
    }
    let names = ChatTemplate.builtInNames.joined(separator: ", ")
    let source: String
    do { source = try SourceFile.read(path).text } catch {
      throw Failure.usage("--chat-template \(error.message). By name there are \(names).")
    }
    guard !ChatTemplate.isEmpty(source) else {
      throw unusable("is empty: name another file, or one of \(names).")
    }
    // Most of its Jinja would render, between quotes and backslashes.
    guard source.prefixMatch(of: #/\s*\{\s*"/#) == nil else {
      throw unusable("is JSON: save the text of its \"chat_template\" in a file, and name that.")
    }
    return source
  }

  /// The template that the command line names, with its date and variables, or `nil` for the model's own as it is;
  /// --system is tried on it.
  ///
  /// - Throws: ``Failure`` for a wrong option; `RESTAError` for a template that is of no use.
  package func template(for model: any LanguageModel, system: String? = nil) throws -> ChatTemplate?
  {
    let (date, variables, information) = (try date, try variables, model.information)
    var template: ChatTemplate?
    if let chatTemplate {
      let isBuiltIn = ChatTemplate.builtInNames.contains(chatTemplate)
      let (first, last) = (information.bosToken, information.eosToken)
      template =
        isBuiltIn
        ? try .builtIn(chatTemplate, bosToken: first, eosToken: last)
        : try ChatTemplate(
          source: templateSource(chatTemplate), bosToken: first, eosToken: last, name: chatTemplate)
      template?.clock = { .now }
    } else if date != nil || !variables.isEmpty {
      template = try model.chatTemplate
    }
    template = template?.with(date: date, variables: variables)
    if let system, let used = try template ?? model.chatTemplate {
      try used.check(system: system, setting: "--system")
    }
    return template
  }
}
