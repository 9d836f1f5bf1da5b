import RESTA
import RESTATesting
import Testing

@testable import RESTAServer

/// Random policies and requests, against a second statement of the rule.
@Suite("The floor of the defence") struct DefenseFloorTests {
  private typealias Bounds = ServerSettings.Client.Bounds

  /// Values that meet the bounds' ends often.
  private static let sigmas = [0, 1e-9, 0.2, 0.4, 0.6, 0.8, 1, 2]
  private static let counts = [1, 5, 9, 10, 11, 20, 128]
  private static let leads = [nil, 1, 3, 4]
  private static let lengths = [0, 1, 19, 20, 21, 100, Int.max]

  private func bounds<Value: Comparable>(
    _ values: [Value], _ generator: inout SeededGenerator
  ) -> Bounds<Value> {
    Bounds(
      min: generator.chance(0.6) ? generator.element(of: values) : nil,
      max: generator.chance(0.6) ? generator.element(of: values) : nil)
  }

  private func settings(_ generator: inout SeededGenerator) -> ServerSettings {
    var settings = ServerSettings()
    settings.defense.noise =
      generator.chance(0.5) ? generator.element(of: NoiseKind.allCases) : nil
    settings.defense.sigma = generator.chance(0.5) ? generator.element(of: Self.sigmas) : nil
    settings.defense.sigmaUnit =
      generator.chance(0.7) ? generator.element(of: Sigma.Unit.allCases) : nil
    settings.defense.powerMatched = generator.chance(0.2)
    settings.defense.samples = generator.element(of: Self.counts)
    settings.defense.prefix = PrefixLength(length: generator.element(of: Self.lengths))
    settings.defense.tieRule = generator.element(of: TieRule.allCases)
    settings.defense.lead = generator.element(of: Self.leads)
    settings.client.off = generator.chance(0.3)
    settings.client.noise = Set(
      ServerSettings.Client.noises.filter { _ in generator.chance(0.4) })
    settings.client.sigma = bounds(Self.sigmas, &generator)
    settings.client.samples = bounds(Self.counts, &generator)
    let prefix = bounds(Self.lengths, &generator)
    settings.client.prefix = Bounds(
      min: prefix.min.map(PrefixLength.init), max: prefix.max.map(PrefixLength.init))
    return settings
  }

  private func request(_ generator: inout SeededGenerator) -> DefenseOverride {
    var override = DefenseOverride()
    if generator.chance(0.4) { override.noise = generator.element(of: NoiseKind.allCases) }
    if generator.chance(0.4) { override.sigma = generator.element(of: Self.sigmas + [-1, .nan]) }
    if generator.chance(0.3) {
      override.sigmaUnit = generator.element(of: Sigma.Unit.allCases)
    }
    if generator.chance(0.3) { override.samples = generator.element(of: Self.counts + [0, -1]) }
    if generator.chance(0.3) {
      override.prefix = PrefixLength(length: generator.element(of: Self.lengths + [-1]))
    }
    if generator.chance(0.1), let lead = generator.element(of: Self.leads) {
      override.others["lead"] = .integer(Int128(lead))
    }
    return override
  }

  /// Whether a value is the operator's own, or between the bounds.
  private func isWithin<Value: Comparable>(
    _ value: Value, _ bounds: Bounds<Value>, own: Value
  ) -> Bool {
    value >= bounds.min ?? own && value <= bounds.max ?? own
  }

  private func defends(_ settings: DefenseSettings) -> Bool {
    settings.isActive && settings.noise.sigma.value > 0
  }

  /// The rules that an accepted request's defence breaks.
  private func broken(
    _ result: DefenseSettings, own: DefenseSettings, _ client: ServerSettings.Client
  ) -> [String] {
    let kind = result.noise.kind
    let (sigma, length) = (result.noise.sigma.value, result.prefix.length)
    let lengths = Bounds(min: client.prefix.min?.length, max: client.prefix.max?.length)
    let rules: [(String, Bool)] = [
      (
        "noise",
        kind == own.noise.kind || (kind == .none ? client.off : client.noise.contains(kind))
      ),
      ("unit", result.noise.sigma.unit == own.noise.sigma.unit),
      (
        "sigma",
        isWithin(sigma, client.sigma, own: own.noise.sigma.value) || sigma == 0 && client.off
      ),
      ("samples", isWithin(result.samples, client.samples, own: own.samples)),
      ("prefix", isWithin(length, lengths, own: own.prefix.length) || length == 0 && client.off),
      ("off", defends(result) || client.off || !defends(own)),
      ("lead", result.lead == own.lead),
      ("rest", result.tieRule == own.tieRule && result.perturbed == own.perturbed),
      ("valid", (try? result.validate()) != nil),
    ]
    return rules.filter { !$0.1 }.map(\.0)
  }

  @Test("no request is weaker or costlier than allowed, and none is changed silently")
  func floor() throws {
    var (policies, accepted, refused) = (0, 0, 0)
    for seed in 0..<4_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let settings = settings(&generator)
      let model = generator.element(of: [DefensePolicyTests.small, DefensePolicyTests.llama2])
      guard (try? settings.validate()) != nil,
        let policy = try? DefensePolicy(settings: settings, model: model)
      else { continue }
      policies += 1
      let own = policy.defense
      for _ in 0..<20 {
        let request = request(&generator)
        do {
          let result = try policy.settings(for: request)
          accepted += 1
          #expect(
            broken(result, own: own, settings.client).isEmpty,
            "seed \(seed): \(settings), \(request): \(result)")
          #expect(result.noise.kind == request.noise ?? own.noise.kind, "seed \(seed)")
          #expect(request.sigma == nil || result.noise.sigma.value == request.sigma)
          #expect(request.sigmaUnit == nil || result.noise.sigma.unit == request.sigmaUnit)
          #expect(result.samples == request.samples ?? own.samples, "seed \(seed)")
          #expect(result.prefix == request.prefix ?? own.prefix, "seed \(seed)")
        } catch {
          refused += 1
          #expect(error.status == 400 && error.code == "resta_limit", "seed \(seed): \(error)")
          #expect(isForbidden(request, own: own, settings.client, model), "seed \(seed): \(error)")
        }
      }
    }
    // Enough of each to mean something.
    #expect(policies > 300)
    #expect(accepted > 1_000)
    #expect(refused > 1_000)
  }

  /// Whether what the request asks for, were it done, would break a rule; or would need a sigma that
  /// it does not name.
  private func isForbidden(
    _ request: DefenseOverride, own: DefenseSettings, _ client: ServerSettings.Client,
    _ model: ModelInformation
  ) -> Bool {
    var wish = own
    wish.noise.kind = request.noise ?? own.noise.kind
    wish.noise.powerMatched = own.noise.powerMatched && wish.noise.kind.isDirectional
    if wish.noise.kind != own.noise.kind, wish.noise.kind != .none {
      let recommended = DefenseSettings.recommended(for: model).noise
      wish.noise.sigma =
        wish.noise.kind == recommended.kind ? recommended.sigma : wish.noise.kind.fallbackSigma
    }
    if let sigma = request.sigma {
      wish.noise.sigma = Sigma(value: sigma, unit: request.sigmaUnit ?? own.noise.sigma.unit)
    } else if let unit = request.sigmaUnit, unit != own.noise.sigma.unit {
      return true
    }
    wish.samples = request.samples ?? own.samples
    wish.prefix = request.prefix ?? own.prefix
    if let lead = request.others["lead"] { wish.lead = lead.integer.map { Int($0) } }
    let asksOff =
      request.sigma == 0 && own.noise.sigma.value != 0
      || request.prefix == .tokens(0) && own.prefix != .tokens(0)
    return !broken(wish, own: own, client).isEmpty || asksOff && !client.off
  }
}
