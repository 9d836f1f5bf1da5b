import Testing

@testable import RESTA

@Suite("Draft policy")
struct DraftPolicyTests {
  private static func costs(fixed: Double, each: Double) -> PassCosts {
    PassCosts(
      samples: [1, 8, 64].map { .init(positions: $0, seconds: fixed + each * Double($0)) })
  }

  /// Reading the weights is all that costs: a GPU.
  private static let wideIsFree = costs(fixed: 0.02, each: 0.000_001)
  /// Every position costs the same.
  private static let wideIsDear = costs(fixed: 0.000_001, each: 0.01)

  private static func policy(
    _ costs: PassCosts, copies: Int = 10, plan: DecodingPlan = .fast
  ) -> DraftPolicy {
    DraftPolicy(plan: plan, costs: costs, copies: copies)
  }

  private static func choose(
    _ policy: DraftPolicy, copies: Int = 10, positions: Int = 20, missing: Int = 1,
    needsAll: Bool = false
  ) -> DraftPolicy.Choice {
    policy.choose(
      positions: positions, missing: Array(repeating: missing, count: copies), needsAll: needsAll)
  }

  @Test("asks all copies at once where width is free, and a majority where it is not")
  func waves() {
    #expect(Self.choose(Self.policy(Self.wideIsFree), missing: 100).wave == 10)
    let dear = Self.choose(
      Self.policy(Self.wideIsDear), missing: 100)
    #expect(dear.wave == 6)
  }

  @Test("takes a copy's prompt along when it will be needed anyway")
  func prompts() {
    let machine = Self.costs(fixed: 0.01, each: 0.001)
    var policy = Self.policy(machine)
    for _ in 0..<50 { policy.noteVote([2, 1, 1, 1, 1, 1, 1]) }
    // A long prompt of the seventh copy is no reason to put it off.
    #expect(Self.choose(policy, missing: 500).wave == 7)
    #expect(Self.choose(Self.policy(machine), positions: 1, missing: 500).wave == 6)
  }

  @Test("asks no copy beyond a majority for its prompt's sake before a vote was open")
  func unseen() {
    for missing in [26, 205, 1_025, 5_000] {
      for costs in [PassCosts.typical, Self.wideIsDear, Self.costs(fixed: 0.005, each: 0.0015)] {
        #expect(Self.choose(Self.policy(costs), missing: missing).wave == 6, "\(missing)")
      }
    }
  }

  @Test("drafts further the longer the sequences are, which every pass looks at anew")
  func longSequences() {
    var last = -1
    for held in [0, 1_000, 2_000, 8_000] {
      let draft = Self.policy(Self.costs(fixed: 0.005, each: 0.0015)).choose(
        positions: 20, missing: Array(repeating: 1, count: 10), needsAll: false, held: held
      ).draft
      #expect(draft >= last)
      last = draft
    }
    #expect(last > 0)
  }

  @Test("hurries to the first token where the plan says so, and to no other")
  func firstToken() {
    var policy = Self.policy(.typical, plan: DecodingPlan(favours: .firstToken))
    for _ in 0..<30 { policy.noteDraft(accepted: true) }
    for _ in 0..<3 { policy.noteVote([2, 1, 1, 1, 1, 1, 1]) }
    func choose(_ policy: DraftPolicy, missing: Int, isFirst: Bool) -> DraftPolicy.Choice {
      policy.choose(
        positions: 20, missing: Array(repeating: missing, count: 10), needsAll: false,
        isFirst: isFirst)
    }
    #expect(choose(policy, missing: 500, isFirst: true) == .init(draft: 0, wave: 6))
    #expect(choose(policy, missing: 1, isFirst: false).draft > 0)
    #expect(choose(policy, missing: 1, isFirst: true).draft == 0)
    // All at once is soonest where width is free, and fixed amounts stay.
    let free = Self.policy(Self.wideIsFree, plan: DecodingPlan(favours: .firstToken))
    #expect(choose(free, missing: 10, isFirst: true) == .init(draft: 0, wave: 10))
    let fixed = Self.policy(
      .typical, plan: DecodingPlan(draft: .fixed(3), firstWave: .fixed(8), favours: .firstToken))
    #expect(choose(fixed, missing: 500, isFirst: true) == .init(draft: 3, wave: 8))
  }

  @Test("drafts less where the unperturbed prompt would be computed for that alone")
  func cleanPrompt() {
    var policy = Self.policy(.typical)
    for _ in 0..<30 { policy.noteDraft(accepted: true) }
    let missing = Array(repeating: 1, count: 10)
    let drafts = [0, 5, 500].map {
      policy.choose(positions: 20, missing: missing, needsAll: false, clean: $0).draft
    }
    #expect(drafts[0] > 0 && drafts[2] == 0 && drafts[1] <= drafts[0], "\(drafts)")
  }

  @Test("drafts where a narrow pass is much cheaper than a vote's, and tokens are accepted")
  func drafts() {
    #expect(Self.choose(Self.policy(Self.wideIsDear)).draft == 0)
    // A draft has a pass of its own: where that costs as much as a vote's, drafts are no use.
    #expect(Self.choose(Self.policy(Self.wideIsFree)).draft == 0)
    var policy = Self.policy(.typical)
    for _ in 0..<30 { policy.noteDraft(accepted: true) }
    let optimist = Self.choose(policy).draft
    for _ in 0..<60 { policy.noteDraft(accepted: false) }
    #expect(optimist > 0)
    #expect(Self.choose(policy).draft < optimist)
  }

  @Test("asks more copies at first when majorities often leave votes open")
  func openVotes() {
    let machine = Self.costs(fixed: 0.01, each: 0.001)
    var policy = Self.policy(machine)
    let agreed = [TokenID](repeating: 1, count: 10)
    for _ in 0..<200 { policy.noteVote(Array(agreed.prefix(6))) }
    #expect(Self.choose(policy).wave == 6)
    // One dissenter among the first six: seven copies decide it.
    for _ in 0..<200 { policy.noteVote([2, 1, 1, 1, 1, 1, 1]) }
    #expect(Self.choose(policy).wave == 7)
    // Three: nine copies decide it, and for four of them only all ten do.
    for _ in 0..<1_000 { policy.noteVote([2, 1, 2, 1, 2, 1, 1, 1, 1, 1]) }
    #expect(Self.choose(policy).wave == 9)
    for _ in 0..<5_000 { policy.noteVote([2, 1, 2, 1, 2, 1, 2, 1, 1, 1]) }
    #expect(Self.choose(policy).wave == 10)
  }

  @Test("never drafts beyond the last vote, nor asks more copies than there are")
  func bounds() {
    for copies in 1...12 {
      for positions in 1...30 {
        for costs in [Self.wideIsDear, Self.wideIsFree, .typical] {
          let choice = Self.choose(
            Self.policy(costs, copies: copies), copies: copies, positions: positions)
          #expect((0..<positions).contains(choice.draft))
          #expect(((copies / 2 + 1)...copies).contains(choice.wave))
          let fixed = Self.choose(
            Self.policy(
              costs, copies: copies,
              plan: DecodingPlan(draft: .fixed(9), firstWave: .fixed(5))),
            copies: copies, positions: positions)
          #expect(fixed == .init(draft: min(9, positions - 1), wave: min(5, copies)))
        }
      }
    }
    #expect(Self.choose(Self.policy(.typical), needsAll: true).wave == 10)
  }

  @Test(
    "asks as many more copies as can decide, or all where a further pass costs more",
    arguments: [(1, 4, 2), (0, 4, 3), (0, 2, 2), (2, 8, 4), (5, 2, 1), (9, 3, 1)])
  func nextWaves(lead: Int, open: Int, least: Int) {
    let missing = Array(repeating: 100, count: open)
    #expect(Self.policy(Self.wideIsDear).nextWave(ahead: lead, missing: missing) == least)
    #expect(Self.policy(Self.wideIsFree).nextWave(ahead: lead, missing: missing) == open)
  }

  @Test(
    "asks as many copies first as the lead rule wants, or more where that often leaves votes open")
  func leads() {
    for lead in 1...8 {
      let policy = DraftPolicy(
        plan: .fast, costs: Self.wideIsDear, copies: 10, lead: lead)
      #expect(Self.choose(policy, missing: 100).wave == min(lead, 6))
      // An open vote's leader is at most as far ahead as there are copies left.
      guard lead <= 5 else { continue }
      #expect(policy.nextWave(ahead: lead - 1, missing: [100, 100, 100, 100]) == 1)
    }
    #expect(
      Self.choose(DraftPolicy(plan: .fast, costs: Self.wideIsFree, copies: 10, lead: 4)).wave == 10)
    var policy = DraftPolicy(
      plan: .fast, costs: Self.costs(fixed: 0.01, each: 0.001), copies: 10, lead: 4)
    // One dissenter among the first four: the leader is four ahead after six.
    for _ in 0..<200 { policy.noteVote([2, 1, 1, 1, 1, 1]) }
    #expect(Self.choose(policy).wave == 6)
    // As many as bring the leader to the lead, if they agree.
    #expect(policy.nextWave(ahead: 2, missing: Array(repeating: 500, count: 6)) == 2)
  }

  @Test("plans with waves that are no majority")
  func smallWaves() {
    for wave in 1...10 {
      let policy = Self.policy(
        .typical, plan: DecodingPlan(draft: .adaptive, firstWave: .fixed(wave)))
      #expect(Self.choose(policy).wave == wave)
    }
  }

  @Test("refuses lengths that are none", arguments: [(-1, 1), (0, 0), (3, -2)])
  func refused(draft: Int, wave: Int) {
    let plan = DecodingPlan(draft: .fixed(draft), firstWave: .fixed(wave))
    let error = #expect(throws: RESTAError.self) { try plan.validate() }
    #expect(error?.code == .invalidSetting)
  }

  @Test("Amounts are written as a number, or as auto")
  func amounts() {
    #expect(DecodingPlan.Amount(argument: "auto") == .adaptive)
    #expect(DecodingPlan.Amount(argument: "7") == .fixed(7))
    #expect(DecodingPlan.Amount(argument: "-1") == .fixed(-1))
    #expect(DecodingPlan.Amount(argument: "many") == nil)
  }
}
