import RESTA
import RESTADocuments

/// What a request's `resta` object asks for; what is `nil` is left to the operator.
struct DefenseOverride: Sendable, Hashable {
  /// The noise; `none` asks for no defence at all.
  var noise: NoiseKind?
  var sigma: Double?
  var sigmaUnit: Sigma.Unit?
  var samples: Int?
  var prefix: PrefixLength?
  /// The other rows of the settings' table, by name: a request may name them, with the operator's own value.
  var others: [String: SettingValue] = [:]
  /// Whether the reply is to hold the votes, the seeds and the prompt's tokens.
  var votes = false
}

extension DefenseOverride {
  private static let chosen: Set = ["noise", "sigma", "sigma_unit", "samples", "prefix"]
  private static let known = (DefenseSettings.table.map(\.name) + ["votes"]).filter { $0 != "seed" }

  /// Reads a request's `resta` object; throws for a value of another type or out of range, a field that is not known,
  /// and a seed; whether the operator allows it is asked elsewhere.
  init(_ field: BodyField) throws(APIError) {
    self.init()
    guard let fields = try field.object() else { return }
    for name in fields.object.keys where !Self.known.contains(name) && !fields[name].isNull {
      try Self.refuse(fields[name], name: name, in: field)
    }
    noise = try fields["noise"].choice(NoiseKind.self)
    sigma = try fields["sigma"].number(in: 0...Int.max)
    sigmaUnit = try fields["sigma_unit"].choice(Sigma.Unit.self)
    samples = try fields["samples"].integer(in: DefenseSettings.samplesRange)
    prefix = try Self.prefix(fields["prefix"])
    for row in DefenseSettings.table where row.name != "seed" && !Self.chosen.contains(row.name) {
      others[row.name] = try Self.value(of: row, fields[row.name])
    }
    votes = try fields["votes"].bool() ?? false
  }

  /// The value as the row writes it, so that equal settings are equal values.
  private static func value(
    of row: Setting<DefenseSettings>, _ field: BodyField
  ) throws(APIError) -> SettingValue? {
    guard !field.isNull else { return nil }
    var settings = DefenseSettings()
    guard let value = field.value.setting, row.read(value, into: &settings) else {
      throw field.refused("must be \(row.expected)")
    }
    return row.write(settings)
  }

  private static func prefix(_ field: BodyField) throws(APIError) -> PrefixLength? {
    guard let text = field.value.string else {
      return try field.integer(in: 0...Int.max).map { .tokens($0) }
    }
    guard text == "all" else { throw field.refused("must be an integer of 0 or more, or \"all\"") }
    return .all
  }

  /// Unlike unknown fields of the request, unknown ones here are no harmless extras: whoever writes
  /// `sample: 20` believes in a defence that is not there.
  private static func refuse(
    _ field: BodyField, name: String, in parent: BodyField
  ) throws(APIError) {
    if name == "seed" || name == "noise_seed" {
      throw field.refused(
        "is not a client's to choose: the noise's seed never comes from a client. For sampling's, "
          + "use the request's own 'seed'")
    }
    guard UnknownFields.isName(name) else {
      throw parent.refused("has an unknown field. Known: \(known.joined(separator: ", "))")
    }
    throw APIError.invalid(
      "'\(parent.path)' has an " + Suggestion.unknown("field", name, known: known),
      param: field.path)
  }
}
