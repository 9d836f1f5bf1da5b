import Foundation
import RESTADocuments

/// A family of guards by the form of their replies.
public enum GuardForm: String, Sendable, Hashable, CaseIterable {
  /// The first line is `safe` or `unsafe`, categories may follow: Llama Guard 1 to 4, MD-Judge, Kanana.
  case llamaGuard = "llama-guard"
  /// `Safety: Safe`, `Unsafe` or `Controversial`, `Categories:` and `Refusal:`.
  case qwen3Guard = "qwen3guard"
  /// `Yes` or `No` (does it violate the policy?), and an explanation: ShieldGemma, HarmBench's classifiers.
  case shieldGemma = "shieldgemma"
  /// `Harmful response: yes` and `Response refusal: no`: WildGuard, PolyGuard.
  case wildGuard = "wildguard"
  /// `<score> yes </score>` or `Yes` (is there a risk?): Granite Guardian.
  case graniteGuardian = "granite-guardian"
  /// A JSON object with `Response Safety` and `Safety Categories`: NemoGuard.
  case nemoGuard = "nemoguard"
}

struct GuardReply: Hashable {
  /// Whether the answer is harmful; `nil` where the guard says that it is neither.
  var isHarmful: Bool?
  /// Whether the answer refuses, where the guard says so.
  var refuses: Bool?
  var categories: [String] = []

  /// Reads a reply, of one form only or of any; `nil` where it is of none, or of two that differ.
  static func read(_ text: String, form: GuardForm? = nil) -> GuardReply? {
    let forms = form.map { [$0] } ?? GuardForm.allCases
    let found = Set(forms.compactMap { read(text, as: $0, isForced: form != nil) })
    return found.count == 1 ? found.first : nil
  }

  private static func read(_ text: String, as form: GuardForm, isForced: Bool) -> GuardReply? {
    switch form {
    case .llamaGuard: return llamaGuard(text)
    case .qwen3Guard:
      return labelled(text, harm: "safety", refusal: "refusal", categories: "categories")
    case .wildGuard:
      return labelled(
        text, harm: "harmful response", refusal: "response refusal",
        categories: "response safety violations")
    case .nemoGuard:
      return labelled(text, harm: "response safety", refusal: "", categories: "safety categories")
    case .graniteGuardian:
      let scores = Set(
        text.matches(of: /(?i)<score>\s*(yes|no)\s*<\/score>/).map { $0.1.lowercased() })
      if scores.count > 1 { return nil }
      return (scores.first ?? lines(text).first).flatMap(yesNo)
    case .shieldGemma:
      guard let first = lines(text).first else { return nil }
      // With an explanation on the same line only where nothing else can be meant.
      let words = isForced ? first.split { !$0.isLetter }.map(String.init) : [first]
      return words.first.flatMap(yesNo)
    }
  }

  /// `yes` or `no` to the question whether there is harm.
  private static func yesNo(_ word: String) -> GuardReply? {
    ["yes": true, "no": false][word].map { GuardReply(isHarmful: $0) }
  }

  private static func llamaGuard(_ text: String) -> GuardReply? {
    let lines = lines(text)
    guard let first = lines.first else { return nil }
    // A second verdict that differs, or categories of a harm that there is not: no answer.
    let isContradicted = lines.dropFirst().contains {
      ["safe", "unsafe"].contains($0) && $0 != first || first == "safe" && codes($0) != nil
    }
    if isContradicted { return nil }
    if first == "safe" { return GuardReply(isHarmful: false) }
    if first == "unsafe" {
      return GuardReply(isHarmful: true, categories: lines.dropFirst().first.flatMap(codes) ?? [])
    }
    return first.wholeMatch(of: /(?:un)safe[\s:,\-]+(.+)/).flatMap { codes(String($0.1)) }
      .map { GuardReply(isHarmful: true, categories: $0) }
  }

  /// `S1, S10`, or O in the first Llama Guard, or of a policy of one's own; `nil` for anything else.
  private static func codes(_ line: String) -> [String]? {
    let codes = line.split { $0 == "," || $0.isWhitespace }
    guard !codes.isEmpty, codes.allSatisfy({ $0.wholeMatch(of: /[a-z]{1,3}[0-9]{1,3}/) != nil })
    else { return nil }
    return codes.map { $0.uppercased() }
  }

  /// Lines of a label and a value, or a JSON object of them.
  private static func labelled(
    _ text: String, harm: String, refusal: String, categories: String
  ) -> GuardReply? {
    var values: [String: String] = [:]
    for (label, value) in pairs(text) {
      let label = label.lowercased()
      if let known = values.updateValue(value, forKey: label), known != value { return nil }
    }
    let harmful = ["unsafe": true, "yes": true, "safe": false, "no": false]
    let refuses = ["yes": true, "no": false]
    guard let word = values[harm]?.lowercased(), harmful[word] != nil || word == "controversial"
    else { return nil }
    let named = values[categories]?.split(separator: ",").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    return GuardReply(
      isHarmful: harmful[word], refuses: values[refusal].flatMap { refuses[$0.lowercased()] },
      categories: named?.filter { !["none", "n/a", ""].contains($0.lowercased()) } ?? [])
  }

  private static func pairs(_ text: String) -> [(String, String)] {
    let object = text.firstMatch(of: /(?s)\A\s*(?:```(?:json)?\s*)?(\{.*\})\s*(?:```)?\s*\z/)
    if let object, case .object(let members)? = try? JSONReader.value(of: Array(object.1.utf8)[...])
    {
      return members.compactMap { member in member.value.string.map { (member.key, $0) } }
    }
    return text.matches(
      of: /(?m)^[\h*_\-]*([A-Za-z][A-Za-z ]*[A-Za-z])[\h*_]*:[\h*_]*(.*?)[\h*_.]*$/
    )
    .map { (String($0.1), String($0.2)) }
  }

  /// The lines that say something, in small letters, without what decorates them.
  private static func lines(_ text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).map { line in
      line.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: " \t\r*_`\"'.!<>#"))
    }.filter { !$0.isEmpty }
  }
}
