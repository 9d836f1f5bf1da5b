/// One sequence of a fast decoder in the model: x, or a copy e~^i.
struct SequenceTrack {
  /// 0 is the unperturbed sequence x; i + 1 is copy i.
  let sequence: Int
  /// How many positions it has taken: of the prompt, then of the answer.
  var consumed = 0

  /// What it has to be fed to hold a number of positions.
  ///
  /// - Parameters:
  ///   - length: The positions that it shall hold, more than it does.
  ///   - job: The request.
  ///   - answer: The tokens of the answer that the positions behind the prompt stand for.
  ///   - wanted: For how many of the last positions logits are wanted.
  /// - Returns: A segment of the prompt, if it still lacks that, and one of the answer.
  func segments(
    to length: Int, of job: DecodingJob, answer: [TokenID], wanted: Int
  ) -> [ForwardSegment] {
    var segments: [ForwardSegment] = []
    let promptLength = job.prompt.count
    let answerCount = length - max(consumed, promptLength)
    if consumed < promptLength {
      let input: ForwardSegment.Input =
        sequence == 0
        ? .tokens(Array(job.prompt[consumed...]))
        : .embeddings(job.copy(sequence - 1, from: consumed))
      let outputs = wanted - max(0, answerCount)
      segments.append(
        ForwardSegment(
          sequence: sequence, input: input, outputs: outputs > 0 ? .suffix(outputs) : .none))
    }
    if answerCount > 0 {
      let start = max(consumed, promptLength) - promptLength
      segments.append(
        ForwardSegment(
          sequence: sequence, input: .tokens(Array(answer[start..<start + answerCount])),
          outputs: .suffix(min(wanted, answerCount))))
    }
    return segments
  }
}
