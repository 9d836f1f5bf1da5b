import Foundation
package import RESTA
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
    guard let data = FileManager.default.contents(atPath: path) else {
      throw unusable("is neither a readable file nor one of \(names).")
    }
    guard let source = String(data: data, encoding: .utf8) else {
      let isUTF16 = data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF])
      throw unusable("is \(isUTF16 ? "UTF-16" : "no text in UTF-8"): save it as UTF-8.")
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
