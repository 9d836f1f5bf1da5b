/// Finds what a template lost of the messages: the user's words must reach the model.
///
/// Each scalar of a prompt knows the place in the content that it came from, so nothing is searched
/// for: every scalar of a content must be there, in order, in whatever form the template gave it
/// (another case, an escape) and with whatever it wrote between. Allowed to be missing are
///
/// - white space, as long as something stands where words were apart;
/// - in the model's own turns the thoughts, which templates of reasoning models leave out or write
///   again: all up to the last mark that ends them.
enum ContentCheck {
  /// What is missing of a message.
  struct Loss: Hashable {
    /// The message's index.
    var message: Int
    /// Whether nothing of it was found.
    var isWhole: Bool
  }

  /// What is missing in a rendered text, in the order of the messages.
  static func losses(in rendered: JinjaText, of messages: [ChatMessage]) -> [Loss] {
    var found = [[Sighting]](repeating: [], count: messages.count)
    for (index, unit) in rendered.units.enumerated() {
      guard let origin = unit.origin, let place = origin.place else { continue }
      found[origin.message].append(Sighting(place: place, index: index))
    }
    var losses: [Loss] = []
    for (index, message) in messages.enumerated() {
      let content = Array(message.content.unicodeScalars)
      guard !holds(content, from: 0, found[index]) else { continue }
      if message.role == .assistant, let end = thoughtEnd(message.content),
        holds(content, from: end, found[index])
      {
        continue
      }
      losses.append(Loss(message: index, isWhole: found[index].isEmpty))
    }
    return losses
  }

  /// A scalar of a content in the rendered text.
  private struct Sighting {
    var place: Int
    var index: Int
  }

  /// Whether the content's words are there from a place on, in order.
  private static func holds(
    _ content: [Unicode.Scalar], from start: Int, _ sightings: [Sighting]
  ) -> Bool {
    func next(_ place: Int) -> Int? {
      content[place...].firstIndex { !$0.isPythonSpace }
    }
    guard var wanted = next(start) else { return true }
    var previous: Sighting?
    for sighting in sightings {
      if sighting.place == wanted {
        // Two words in a row are one.
        if let previous, wanted > previous.place + 1, sighting.index == previous.index + 1 {
          continue
        }
        previous = sighting
        guard let following = next(wanted + 1) else { return true }
        wanted = following
      } else if sighting.place == previous?.place {
        previous = sighting  // An escape has several scalars.
      }
    }
    return false
  }

  /// How models end their thoughts.
  private static let thoughtEnds = [
    "</think>", "</thinking>", "</thought>", "</seed:think>", "</mm:think>", "[/THINK]",
    "◁/think▷", "<channel|>", "<|channel|>final<|message|>", "[BEGIN FINAL RESPONSE]",
  ].map { JinjaText($0) }

  /// The place behind the last of those marks; `nil` where there is none.
  private static func thoughtEnd(_ content: String) -> Int? {
    let text = JinjaText(content)
    return thoughtEnds.compactMap { mark in
      text.occurrences(of: mark).last.map { $0 + mark.count }
    }.max()
  }
}
