import RESTA

/// The operator's defence on a model, and what requests may make of it.
///
/// A request is never weaker than the operator allows: a choice outside of the allowed ranges is
/// refused, and never moved into them silently.
struct DefensePolicy: Sendable {
  /// The defence of a request that chooses nothing.
  let defense: DefenseSettings
  /// What the strength of its noise rests on.
  let calibration: Calibration
  /// The noises that may be chosen; `none` is ``off``.
  let noises: [NoiseKind]
  /// The sigmas that may be chosen, in the unit of the sigma of ``defense``.
  let sigma: ClosedRange<Double>
  /// The k that may be chosen.
  let samples: ClosedRange<Int>
  /// The l that may be chosen, each as its ``RESTA/PrefixLength/length``.
  let prefix: ClosedRange<Int>
  /// Whether the defence may be switched off: by noise `none`, a sigma of 0 or a prefix of 0.
  let off: Bool
  let exposure: Exposure
  private let model: ModelInformation

  /// Makes the policy of a server.
  ///
  /// - Throws: ``ServerError`` with `invalidSetting` when the settings do not fit the model, or the
  ///   operator's own defence is not one that clients may choose.
  init(settings: ServerSettings, model: ModelInformation) throws(ServerError) {
    let own = try settings.defense.settings(for: model)
    let client = settings.client
    defense = own
    calibration = Calibration(of: own, for: model)
    noises = ServerSettings.Client.noises.filter {
      $0 == own.noise.kind || client.noise.contains($0)
    }
    sigma = try client.sigma.range(
      of: "sigma", own: own.noise.sigma.value, text: SettingValue.text(of:))
    samples = try client.samples.range(of: "samples", own: own.samples) { "\($0)" }
    prefix = try client.prefix.lengths.range(
      of: "prefix", own: own.prefix.length, text: PrefixLength.text(ofLength:))
    (off, exposure) = (client.off, client.expose)
    self.model = model
  }

  /// The defence of a request.
  ///
  /// - Throws: ``APIError`` with status 400: code `resta_limit` and the field for a choice that the
  ///   operator does not allow, with what is allowed; `resta_not_allowed` for votes; `invalid_setting` for a sigma
  ///   that the model cannot be given.
  func settings(for override: DefenseOverride) throws(APIError) -> DefenseSettings {
    guard !override.votes || exposure >= .votes else {
      throw .invalid(
        "This server does not show votes: its operator has not allowed it (client.expose).",
        param: "resta.votes", code: "resta_not_allowed")
    }
    if exposure == .none, let field = unopened(override) { throw limit(field) }
    for row in DefenseSettings.table {
      guard let value = override.others[row.name] else { continue }
      let own = row.write(defense)
      guard value == own else { throw limit(row.name, "must be \(text(of: own)) here") }
    }
    var settings = defense
    let kind = try noise(override.noise)
    settings.noise = NoiseSettings(
      kind: kind, sigma: try chosenSigma(for: kind, override),
      // Noise that is not directional has that power already.
      powerMatched: defense.noise.powerMatched && kind.isDirectional)
    if override.sigma != nil, (try? settings.noise.check(for: model)) == nil {
      throw .invalid(
        "resta.sigma is too large for this model's embeddings.", param: "resta.sigma",
        code: "invalid_setting")
    }
    if let samples = override.samples {
      try check(samples, of: "samples", in: self.samples) { "\($0)" }
      settings.samples = samples
    }
    if let prefix = override.prefix {
      try check(
        prefix.length, of: "prefix", in: self.prefix, off: 0, own: defense.prefix.length,
        text: PrefixLength.text(ofLength:))
      settings.prefix = prefix
    }
    return settings
  }

  /// What a request names of that no range was opened for: accepting the operator's own value would say what it is.
  private func unopened(_ override: DefenseOverride) -> String? {
    func isClosed<Value: Comparable>(_ range: ClosedRange<Value>) -> Bool {
      range.lowerBound == range.upperBound
    }
    // Switching off is a choice of its own.
    let noise = override.noise.map { !(off && $0 == .none) } ?? false
    let strength = override.sigmaUnit != nil || override.sigma.map { !(off && $0 == 0) } ?? false
    let length = override.prefix.map { !(off && $0.length == 0) } ?? false
    let named = [
      ("noise", noise && noises.allSatisfy { $0 == defense.noise.kind }),
      ("sigma", strength && isClosed(sigma)),
      ("samples", override.samples != nil && isClosed(samples)),
      ("prefix", length && isClosed(prefix)),
    ]
    return named.first { $0.1 }?.0 ?? override.others.keys.min()
  }

  private func noise(_ kind: NoiseKind?) throws(APIError) -> NoiseKind {
    guard let kind, kind != defense.noise.kind else { return defense.noise.kind }
    guard kind == .none ? off : noises.contains(kind) else {
      // With the operator's own in front, which it is allowed to name.
      var names = [defense.noise.kind.rawValue]
      names += noises.filter { $0 != defense.noise.kind }.map(\.rawValue)
      if off, defense.noise.kind != .none { names.append("none") }
      throw limit("noise", "must be \(names.joined(separator: " or ")) here, not \(kind.rawValue)")
    }
    return kind
  }

  /// The sigma of a request's noise: its own, else the operator's, else the recommended one.
  private func chosenSigma(
    for kind: NoiseKind, _ override: DefenseOverride
  ) throws(APIError) -> Sigma {
    let own = defense.noise.sigma
    // Bounds in one unit say nothing about a sigma in another.
    if let unit = override.sigmaUnit, unit != own.unit {
      throw limit("sigma_unit", "must be \(own.unit.rawValue) here, not \(unit.rawValue)")
    }
    if let value = override.sigma {
      try check(
        value, of: "sigma", in: sigma, off: 0, own: own.value, text: SettingValue.text(of:))
      return Sigma(value: value, unit: own.unit)
    }
    guard kind != .none, kind != defense.noise.kind else { return own }
    let recommended = DefenseSettings.recommended(for: model).noise
    let usual = kind == recommended.kind ? recommended.sigma : kind.fallbackSigma
    guard usual.unit == own.unit, sigma.contains(usual.value) else {
      throw limit(
        "sigma",
        "is needed with \(kind.rawValue) noise here; it must be "
          + "\(words(sigma, SettingValue.text(of:))) \(own.unit.rawValue)")
    }
    return usual
  }

  /// Refuses a value outside of a range; `off` is the value that switches the defence off, whatever the range.
  private func check<Value: Comparable>(
    _ value: Value, of field: String, in range: ClosedRange<Value>, off: Value? = nil,
    own: Value? = nil, text: (Value) -> String
  ) throws(APIError) {
    if let off, value == off {
      guard self.off || own == off else {
        throw limit(
          field,
          "must not be \(text(off)) here, which switches the defence off; it must be"
            + " \(words(range, text))")
      }
      return
    }
    guard range.contains(value) else {
      throw limit(field, "must be \(words(range, text)) here, not \(text(value))")
    }
  }

  private func text(of value: SettingValue) -> String {
    value.list.map { "[" + $0.compactMap(\.text).joined(separator: ", ") + "]" } ?? value.text
      ?? "left out"
  }

  private func words<Value>(_ range: ClosedRange<Value>, _ text: (Value) -> String) -> String {
    range.lowerBound == range.upperBound
      ? text(range.lowerBound) : "\(text(range.lowerBound)) to \(text(range.upperBound))"
  }

  /// What is allowed tells what the operator's own value is: it is said to those alone who may know that.
  private func limit(_ field: String, _ rule: String = "") -> APIError {
    .invalid(
      exposure == .none
        ? "This is not a resta.\(field) that the operator lets clients choose."
        : "resta.\(field) \(rule): the operator allows nothing else.", param: "resta.\(field)",
      code: "resta_limit")
  }
}

extension NoiseSettings {
  /// Refuses a sigma under which a model's embeddings are no numbers any more.
  func check(for model: ModelInformation) throws(RESTAError) {
    let noise = try EmbeddingNoise(self, scale: model.embeddingScale, seed: 0)
    let clean = EmbeddingMatrix(
      rows: 1, dimensions: model.dimensions, values: Array(repeating: 0, count: model.dimensions))
    try RESTAError.require(
      PerturbedRows(noise, embeddings: clean, positions: [], copy: 0).isFinite,
      "sigma is \(sigma), which is too large for these embeddings")
  }
}

extension ServerSettings.Client.Bounds where Value: Comparable {
  /// Checks that the bounds are in order, and makes a range of them that holds the operator's own value.
  @discardableResult func range(
    of name: String, own: Value, text: (Value) -> String
  ) throws(ServerError) -> ClosedRange<Value> {
    if let min, let max, min > max {
      throw ServerError(
        .invalidSetting,
        "client.\(name).min is \(text(min)), above client.\(name).max, \(text(max)).")
    }
    let (least, most) = (min ?? own, max ?? own)
    guard least <= own, own <= most else {
      throw ServerError(
        .invalidSetting,
        "defense.\(name) is \(text(own)), outside of client.\(name), \(text(least)) to"
          + " \(text(most)): a request that chooses nothing would be where none may choose to be.")
    }
    return least...most
  }

  /// Checks what can be checked while the operator's own value may depend on the model (`nil`).
  func check(_ name: String, own: Value?, text: (Value) -> String) throws(ServerError) {
    guard let own = own ?? min ?? max else { return }
    try range(of: name, own: own, text: text)
  }
}

extension ServerSettings.Client.Bounds<PrefixLength> {
  /// The bounds as numbers, which have an order.
  var lengths: ServerSettings.Client.Bounds<Int> {
    ServerSettings.Client.Bounds(min: min?.length, max: max?.length)
  }
}

extension PrefixLength {
  /// The number of tokens; that of `all` is larger than any.
  var length: Int {
    switch self {
    case .tokens(let count): count
    case .all: .max
    }
  }

  /// The prefix of a ``length``.
  init(length: Int) { self = length == .max ? .all : .tokens(length) }

  /// The text of a ``length``.
  static func text(ofLength length: Int) -> String { PrefixLength(length: length).description }
}
