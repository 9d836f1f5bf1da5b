public import RESTA

extension ServerSettings {
  /// The operator's own defence: what protects a request that asks for nothing else, and the floor
  /// below which ``Client`` lets no request go unless it says so.
  ///
  /// The members of `RESTA.DefenseSettings` are members of it too. What is not set is what is
  /// recommended for the model, or the default.
  ///
  /// ```swift
  /// settings.defense.samples = 20
  /// settings.defense.noise = .soft
  /// ```
  @dynamicMemberLookup public struct Defense: Sendable, Hashable {
    /// Makes the defaults.
    public init() {}
    package var chosen = Chosen(Self.base)
    /// For what the noise is drawn once, so that asking again gains nothing; ``Sticky/off`` by default.
    public var sticky = Sticky.off
    /// How a defended answer is computed, on which it does not depend; by default the fast decoder.
    public var decoder = DecoderKind.fast

    /// What is perturbed unless the operator says otherwise: whatever a client writes in the name of
    /// anybody but the model; a system message of a client is no more to be trusted than a user's.
    static let base = DefenseSettings(perturbed: PerturbedContent(roles: [.system, .user, .tool]))

    /// As a file has it: a choice of what is the default anyway makes no difference.
    private var written: [SettingValue] {
      DefenseSettings.table.map { row in
        row.dependsOnModel && !chosen.names.contains(row.name) ? .null : row.write(chosen.value)
      }
    }

    /// Whether the same is set.
    public static func == (a: Defense, b: Defense) -> Bool {
      a.written == b.written && a.sticky == b.sticky && a.decoder == b.decoder
    }

    /// Feeds what is set into a hasher.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(written)
      hasher.combine(sticky)
      hasher.combine(decoder)
    }

    /// A member of the defence; setting it chooses it.
    ///
    /// - Parameter member: Any member of `RESTA.DefenseSettings`.
    public subscript<Value>(
      dynamicMember member: WritableKeyPath<DefenseSettings, Value>
    ) -> Value {
      get { chosen.value[keyPath: member] }
      set { chosen.set(member, newValue) }
    }

    /// The noise, where `none` switches the defence off; by default `nil`, what is recommended for the model.
    public var noise: NoiseKind? {
      get { own("noise", \.noise.kind) }
      set { chosen.set(\.noise.kind, newValue, as: "noise") }
    }

    /// The noise's strength in ``sigmaUnit``, at least 0; 0 is no defence.
    ///
    /// Default: `nil`, what is recommended for the model and the noise.
    public var sigma: Double? {
      get { own("sigma", \.noise.sigma.value) }
      set { chosen.set(\.noise.sigma.value, newValue, as: "sigma") }
    }

    /// The unit of ``sigma``, and of the bounds of ``Client/sigma``; by default `nil`, that of the recommended sigma.
    public var sigmaUnit: Sigma.Unit? {
      get { own("sigma_unit", \.noise.sigma.unit) }
      set { chosen.set(\.noise.sigma.unit, newValue, as: "sigma_unit") }
    }

    /// Whether directional noise is scaled to the power of isotropic noise of the same sigma; `false` by default.
    public var powerMatched: Bool {
      get { chosen.value.noise.powerMatched }
      set { chosen.set(\.noise.powerMatched, newValue) }
    }

    /// A member that depends on the model; `nil` unless it is chosen.
    func own<Value>(_ name: String, _ member: KeyPath<DefenseSettings, Value>) -> Value? {
      chosen.names.contains(name) ? chosen.value[keyPath: member] : nil
    }

    /// Refuses what no model could have, before one is loaded.
    func check() throws(ServerError) {
      do { try chosen.check() } catch { throw Self.refused(error) }
    }

    private static func refused(_ error: RESTAError) -> ServerError {
      ServerError(.invalidSetting, "defense: \(error.message)", cause: error)
    }

    /// The operator's own defence on a model: what is recommended, changed by what is set.
    func settings(for model: ModelInformation) throws(ServerError) -> DefenseSettings {
      do {
        if var settings = try chosen.settings(for: model) {
          if !chosen.names.contains("perturb") {
            settings.perturbed.roles = Self.base.perturbed.roles
          }
          try settings.noise.check(for: model)
          return settings
        }
      } catch {
        throw Self.refused(error)
      }
      throw ServerError(
        .invalidSetting,
        "defense.sigma_unit is \(chosen.value.noise.sigma.unit.rawValue), and the sigma recommended"
          + " for this model is in the other unit: give defense.sigma too.")
    }
  }

  /// For what noise is drawn once; `true` in a file is ``prompt``, `false` is ``off``.
  public enum Sticky: Sendable, Hashable, CaseIterable, ExpressibleByBooleanLiteral {
    /// For each answer.
    case off
    /// For each prompt: another turn of a conversation has other noise.
    case prompt
    /// For each conversation, which is what a key's owner begins with the same first message: its turns
    /// share their noise, and what was computed for them.
    case conversation

    /// Makes ``prompt`` of `true`, and ``off`` of `false`.
    public init(booleanLiteral value: Bool) { self = value ? .prompt : .off }

    /// How it is read and written.
    static let kind = SettingKind<Sticky>(
      expected: "true, false or conversation", choices: ["conversation"],
      parse: { value in
        value.bool.map { $0 ? .prompt : .off }
          ?? (value.text == "conversation" ? .conversation : nil)
      },
      print: { $0 == .conversation ? .plain("conversation") : .bool($0 == .prompt) })

    /// As a file has it.
    var value: SettingValue { Self.kind.print(self) }
  }

  static let defenseTable: [Setting<ServerSettings>] =
    DefenseSettings.table.filter { $0.name != "seed" }
    .map { $0.choosing(in: \.defense.chosen, section: "defense") }
    .map { $0.name == "defense.perturb" ? $0.documented(default: "user, tool, system") : $0 } + [
      Setting(
        "defense.sticky", \.defense.sticky, Sticky.kind,
        "The same noise whenever a prompt is asked, or through a conversation, which is faster and weaker."
      ),
      Setting(
        "defense.decoder", \.defense.decoder, .choice(),
        "How a defended answer is computed; the answer does not depend on it."),
    ]
}
