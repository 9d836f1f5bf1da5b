import RESTA

extension DefenseSource {
  /// The defence for a model.
  ///
  /// - Parameter subject: The model; a perplexity filter without a threshold is calibrated on it,
  ///   with the built-in benign prompts of the development split.
  /// - Returns: The defence, its settings checked.
  /// - Throws: ``EvaluationError`` for a setting that is out of range; what calibration throws.
  package func defense(for subject: Subject) async throws -> any Defense {
    switch self {
    case .none: return Undefended()
    case .resta(let settings):
      let defense = RestaDefense(settings)
      try defense.validate()
      return defense
    case .smoothLLM(let perturbation, let percent, let copies):
      guard let perturbation = SmoothLLM.Perturbation(rawValue: perturbation) else {
        throw EvaluationError(
          .invalidConfiguration,
          Suggestion.unknown(
            "perturbation", perturbation, known: SmoothLLM.Perturbation.allCases.map(\.rawValue)))
      }
      let defense = SmoothLLM(perturbation: perturbation, percent: percent, copies: copies)
      try defense.validate()
      return defense
    case .perplexityFilter(let threshold, let quantile, let window):
      if let threshold {
        let defense = PerplexityFilter(threshold: threshold, window: window)
        try defense.validate()
        return defense
      }
      let benign = try Dataset.builtIn(.benign, split: .development)
      return try await PerplexityFilter.calibrated(
        on: benign.samples.map(\.prompt), quantile: quantile, window: window, subject: subject)
    case .selfReminder(let before, let after):
      let defense = SelfReminder(
        before: before ?? SelfReminder.defaultBefore, after: after ?? SelfReminder.defaultAfter)
      try defense.validate()
      return defense
    case .randomRefusal(let probability):
      let defense = RandomRefusal(probability: probability)
      try defense.validate()
      return defense
    case .temperature(let value, let topP):
      let defense = TemperatureOnly(temperature: value, topP: topP)
      try defense.validate()
      return defense
    }
  }
}
