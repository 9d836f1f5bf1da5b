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
    var settings = DefenseSettings.recommended(for: model)
    if let noise, noise != settings.noise.kind {
      // The absolute default is the paper's for hard noise; as another noise's it would be absurd.
      settings = DefenseSettings()
      settings.noise.kind = noise
    }
    if let sigma {
      settings.noise.sigma = Sigma(value: sigma, unit: sigmaUnit ?? settings.noise.sigma.unit)
    } else if let sigmaUnit, sigmaUnit != settings.noise.sigma.unit {
      throw ServerError(
        .invalidSetting,
        "defense.sigma_unit is \(sigmaUnit.rawValue), but the sigma recommended for this model is"
          + " \(settings.noise.sigma): give defense.sigma in that unit.")
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
