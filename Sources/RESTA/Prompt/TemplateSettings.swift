extension SettingKind<TemplateDate> {
  /// The date that templates print.
  package static let templateDate = SettingKind(
    expected: "a date, YYYY-MM-DD or YYYY-MM-DDTHH:MM",
    parse: { value in value.text.flatMap { TemplateDate($0) } },
    print: { .text($0.text) })
}

extension SettingKind<[String: TemplateVariable]> {
  package static let templateVariables = SettingKind(
    expected: "a list of NAME=VALUE, each name once and none that has a meaning of its own",
    isList: true,
    parse: { value in
      if value.isNull { return [:] }
      let texts = (value.list ?? [value]).map(\.text)
      let known = texts.compactMap { $0 }
      return known.count == texts.count ? try? TemplateVariable.named(known) : nil
    },
    print: { variables in
      .list(variables.sorted { $0.key < $1.key }.map { .text("\($0.key)=\($0.value.written)") })
    })
}

extension ChatTemplate {
  /// The template with an operator's settings: a date that is given stops its clock.
  package func with(
    date: TemplateDate?, variables: [String: TemplateVariable]
  ) -> ChatTemplate {
    var template = self
    if let date { template.clock = { date } }
    template.variables.merge(variables) { $1 }
    return template
  }
}
