import RESTA

extension ServerSettings {
  /// Checks every value, and those that must fit together.
  ///
  /// What depends on the model (sigma and its unit) is checked when the server knows it.
  ///
  /// - Throws: ``ServerError`` with `invalidSetting`, naming the setting, what is expected and what
  ///   was found.
  public func validate() throws(ServerError) {
    var copy = self
    for setting in Self.table {
      try setting.apply(setting.write(self), at: "settings", to: &copy)
    }
    try require(
      (listen.tlsCertificate == nil) == (listen.tlsKey == nil),
      "listen.tls_certificate and listen.tls_key are needed both, or none.")
    try require(
      answer.maxTokens <= limits.answerTokens,
      "answer.max_tokens is \(answer.maxTokens), above limits.answer_tokens, \(limits.answerTokens)."
    )
    try client.samples.range(of: "samples", own: defense.samples) { "\($0)" }
    try client.prefix.lengths.range(of: "prefix", own: defense.prefix.length) {
      PrefixLength(length: $0).description
    }
    try client.sigma.checkOrder("sigma") { SettingValue.text(of: $0) }
    if let sigma = defense.sigma {
      try client.sigma.range(of: "sigma", own: sigma) { SettingValue.text(of: $0) }
    }
    // A floor in a unit that the model's recommendation decides is a floor nobody knows.
    try require(
      (client.sigma.min ?? 0) == 0 || defense.sigmaUnit != nil,
      "client.sigma.min needs defense.sigma_unit: without its unit it is no known floor.")
  }

  private func require(_ condition: Bool, _ message: String) throws(ServerError) {
    guard condition else { throw ServerError(.invalidSetting, message) }
  }
}
