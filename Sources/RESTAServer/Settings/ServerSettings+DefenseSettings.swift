import RESTA

extension ServerSettings.Defense {
  /// The operator's own defence on a model: what is recommended, changed by what is set.
  ///
  /// The rule of the command's `--noise`, `--sigma` and so on.
  ///
  /// - Parameter model: The model.
  /// - Returns: Valid settings, without a seed.
  /// - Throws: ``ServerError`` with `invalidSetting`.
  func settings(for model: ModelInformation) throws(ServerError) -> DefenseSettings {
    guard
      var settings = DefenseSettings.recommended(
        for: model, noise: noise, sigma: sigma, sigmaUnit: sigmaUnit)
    else {
      throw ServerError(
        .invalidSetting,
        "defense.sigma_unit is \(sigmaUnit?.rawValue ?? "none"), and the sigma recommended for this"
          + " model is in the other unit: give defense.sigma too.")
    }
    settings.noise.powerMatched = powerMatched
    settings.samples = samples
    settings.prefix = prefix
    if let prefixAfter { settings.window = .after(prefixAfter) }
    settings.aggregator = aggregator
    settings.tieRule = tieRule
    settings.perturbed = PerturbedContent(roles: perturb, lastUserTurnOnly: lastTurnOnly)
    do {
      try settings.validate()
    } catch {
      throw ServerError(.invalidSetting, "defense: \(error.message)", cause: error)
    }
    return settings
  }
}
