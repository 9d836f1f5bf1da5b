/// What the strength of a defence's noise rests on.
///
/// Sigma does not carry over between models, so a default is worth what it was measured on; every
/// surface that shows settings shows this beside them.
public enum Calibration: String, Sendable, Hashable, Codable, CaseIterable {
  /// The paper's noise on the models that the paper chose it for.
  case paper
  /// Somebody chose it, or nothing is perturbed.
  case chosen
  /// A fallback that was measured on another model: nobody knows what it does on this one.
  case none

  /// Judges settings by their values: a fallback that somebody typed is still one.
  ///
  /// - Parameters:
  ///   - defense: The settings.
  ///   - model: The model that they are used on.
  public init(of defense: DefenseSettings, for model: ModelInformation) {
    let noise = defense.noise
    if !defense.isActive {
      self = .chosen
    } else if model.isLlama2, noise == DefenseSettings.recommended(for: model).noise {
      self = .paper
    } else {
      self = noise.sigma == noise.kind.fallbackSigma ? .none : .chosen
    }
  }

  /// What people are told where a strength is a mere fallback; `nil` where it is not.
  public var warning: String? {
    guard self == .none else { return nil }
    return
      "not calibrated for this model: the noise is a fallback that was measured on another one. "
      + "Compare strengths with 'resta sweep' (docs/evaluation.md), then set noise and sigma."
  }
}

extension NoiseKind {
  /// The sigma that is used where nobody chose or measured one, relative to the model's embeddings.
  ///
  /// That of isotropic noise is what the README's numbers were measured with: the strength that was chosen
  /// on the test model, 0.65 of its prompts' own embeddings, in the unit of its vocabulary. Orthogonal noise
  /// is isotropic noise less one dimension; 0.8 is the paper's hard noise on embeddings of norm 1; soft
  /// noise's was the best of its row in docs/experiments.md, in the same unit. All on one small model: see
  /// ``Calibration``.
  public var fallbackSigma: Sigma {
    switch self {
    case .none: Sigma(value: 0, unit: .relative)
    case .isotropic, .orthogonal: Sigma(value: 0.55, unit: .relative)
    case .hard: Sigma(value: 0.8, unit: .relative)
    case .soft: Sigma(value: 0.35, unit: .relative)
    }
  }

  /// The fallbacks in words.
  static var fallbackWords: String {
    allCases.filter { $0 != .none }
      .map { "\($0.rawValue) \(SettingValue.text(of: $0.fallbackSigma.value))" }
      .joined(separator: ", ")
  }
}

extension ModelInformation {
  /// Whether it is Llama 2 or a fine-tune of it: TinyLlama has the vocabulary but not the width,
  /// Mistral 7B has both but was trained with a longer context.
  var isLlama2: Bool {
    architecture == "llama" && vocabularySize == 32_000 && dimensions >= 4_096
      && trainedContextLength <= 4_096
  }
}
