/// What the strength of a defence's noise rests on.
///
/// Sigma does not carry over between models, so a default is worth what it was measured on; every
/// surface that shows settings shows this beside them.
public enum Calibration: String, Sendable, Hashable, Codable, CaseIterable {
  /// The paper's noise on the models that the paper chose it for.
  case paper
  /// Measured on these weights by `resta calibrate`; the result comes with this program.
  case shipped = "calibrated-shipped"
  /// Measured on these weights by `resta calibrate`; the result is in the user's own table.
  case own = "calibrated-own"
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
    } else if let known = model.calibrated, known.matches(defense) {
      self = known.origin
    } else if model.isLlama2, noise == .paper {
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
      + "Run 'resta calibrate' (docs/calibration.md), or set noise and sigma."
  }

  /// What it rests on, to follow "the noise is".
  package var words: String {
    switch self {
    case .paper: "the paper's"
    case .shipped: "calibrated on these weights (the table that comes with resta)"
    case .own: "calibrated on these weights (your own table)"
    case .chosen: "chosen"
    case .none: "not calibrated"
    }
  }
}

/// The setting that a calibration found for a model's weights.
package struct CalibratedSetting: Sendable, Hashable, Codable {
  /// The noise; its sigma is relative.
  package var noise: NoiseSettings
  /// The copies that it was measured with, k.
  package var samples: Int
  /// The voted tokens that it was measured with, l.
  package var prefix: PrefixLength
  /// In whose table it is: ``Calibration/shipped`` or ``Calibration/own``.
  package var origin: Calibration

  package init(
    noise: NoiseSettings, samples: Int, prefix: PrefixLength, origin: Calibration = .own
  ) {
    self.noise = noise
    self.samples = samples
    self.prefix = prefix
    self.origin = origin
  }

  /// Whether a defence is what was measured; other k or l are somebody's choice.
  func matches(_ defense: DefenseSettings) -> Bool {
    defense.noise == noise && defense.samples == samples && defense.prefix == prefix
  }
}

extension NoiseKind {
  /// The sigma that is used where nobody chose or measured one, relative to the model's embeddings.
  ///
  /// That of isotropic noise is what the built-in evaluation's numbers were measured with: the strength that
  /// was chosen on the test model, 0.65 of its prompts' own embeddings, in the unit of its vocabulary.
  /// Orthogonal noise is isotropic noise less one dimension; 0.8 is the paper's hard noise on embeddings of
  /// norm 1; soft noise's is a guess from a table that was withdrawn. All on one small model: see
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
