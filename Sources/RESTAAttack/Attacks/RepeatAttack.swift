package import RESTA

/// The request as it is, again and again: what trying gains, and nothing else.
package struct RepeatAttack: TextAttack {
  package static let kind = "repeat"
  package static let sentence =
    "The request as it is, again and again: fresh noise is another draw each time."
  package static let defaults = RepeatAttack()
  package static let table: [Setting<RepeatAttack>] = []

  package func request(
    _ number: Int, for goal: AttackGoal, in context: AttackContext
  ) -> AttackRequest? {
    AttackRequest(goal.text)
  }
}
