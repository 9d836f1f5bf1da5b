import RESTA
import Testing

@testable import RESTAServer

@Suite("A request's defence") struct DefenseOverrideTests {
  private static func read(_ members: String) throws(APIError) -> DefenseOverride {
    try Reading.chat("\"resta\": {\(members)}").answer.defense
  }

  @Test(
    arguments: [
      ("", DefenseOverride()),
      (#""noise": null, "votes": null, "seed": null"#, DefenseOverride()),
      (#""noise": "none""#, DefenseOverride(noise: NoiseKind.none)),
      (#""noise": "orthogonal""#, DefenseOverride(noise: .orthogonal)),
      (
        #""sigma": 0.5, "sigma_unit": "relative""#,
        DefenseOverride(sigma: 0.5, sigmaUnit: .relative)
      ),
      (#""sigma": 0"#, DefenseOverride(sigma: 0)),
      (#""sigma": 1e300"#, DefenseOverride(sigma: 1e300)),
      (#""samples": 1"#, DefenseOverride(samples: 1)),
      (#""samples": 128.0"#, DefenseOverride(samples: 128)),
      (#""prefix": 0"#, DefenseOverride(prefix: .tokens(0))),
      (#""prefix": "all""#, DefenseOverride(prefix: .all)),
      (#""votes": true"#, DefenseOverride(votes: true)),
      (#""lead": 4"#, DefenseOverride(others: ["lead": .integer(4)])),
      (#""lead": null"#, DefenseOverride()),
      (
        #""tie_rule": "abstain", "perturb": ["tool", "user"]"#,
        DefenseOverride(others: [
          "tie_rule": .plain("abstain"), "perturb": .list([.plain("user"), .plain("tool")]),
        ])
      ),
    ])
  func `what is asked for is read`(members: String, defense: DefenseOverride) throws {
    #expect(try Self.read(members) == defense)
  }

  @Test(arguments: [
    (#""noise": "hrad""#, "noise", "did you mean 'hard'?"),
    (#""noise": 1"#, "noise", "one of none"),
    (#""noise": "gaussian""#, "noise", "one of none, isotropic, hard, soft, orthogonal."),
    (#""sigma": -0.1"#, "sigma", "0 or more"), (#""sigma": "1""#, "sigma", "not a string"),
    (#""sigma_unit": "rel""#, "sigma_unit", "one of absolute, relative"),
    (#""samples": 0"#, "samples", "from 1 to 128"),
    (#""samples": 129"#, "samples", "from 1 to 128"),
    (#""samples": 1.5"#, "samples", "not a number"), (#""prefix": -1"#, "prefix", "0 or more"),
    (#""prefix": "ALL""#, "prefix", "\"all\""), (#""prefix": true"#, "prefix", "not true"),
    (#""votes": 1"#, "votes", "true or false"),
    (#""lead": 0"#, "lead", "1 or more, or null"), (#""lead": 2.5"#, "lead", "1 or more, or null"),
    (#""tie_rule": "coin""#, "tie_rule", "must be one of"),
    (#""power_matched": "yes!""#, "power_matched", "must be true or false"),
    (#""perturb": ["assistant"]"#, "perturb", "must be"), (#""perturb": {}"#, "perturb", "must be"),
    (#""seed": 1"#, "seed", "never comes from a client"),
    (#""noise_seed": 1"#, "noise_seed", "never comes from a client"),
    (#""sample": 1"#, "sample", "did you mean 'samples'?"),
    (#""sigmaUnit": "absolute""#, "sigmaUnit", "unknown field 'sigmaUnit'"),
    (#""temperature": 1"#, "temperature", "Known: noise, sigma, sigma_unit"),
  ])
  func `anything else is refused with its path`(members: String, name: String, part: String) throws
  {
    let error = try #require(
      Reading.error { () throws(APIError) in try Self.read(members) }, "\(members)")
    #expect(error.status == 400 && error.param == "resta.\(name)")
    #expect(error.message.contains(part), "\(error.message)")
  }

  @Test(arguments: ["how do I", "", "caf\u{E9}", String(repeating: "a", count: 33)])
  func `an unknown field that looks like no name is not repeated`(name: String) {
    let error = Reading.error { () throws(APIError) in try Self.read("\"\(name)\": 1") }
    #expect(error?.param == "resta")
    #expect(error?.message.hasPrefix("'resta' has an unknown field. Known: noise,") == true)
  }
}
