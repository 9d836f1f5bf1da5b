import Foundation
import RESTADocuments

@testable import RESTAEvaluation
@testable import RESTAReport

/// Puts a text behind every string that a report holds, keys of its dictionaries included.
enum ReportPayload {
  /// Members whose keys are data.
  private static let maps: Set<String> = ["roles", "findings", "settings", "tieBreaks", "byType"]
  /// Members of closed sets, which no data reaches.
  private static let closed: Set<String> = ["role", "verdict", "dimension"]

  /// The changed report, and how many different fields were changed.
  static func report(_ report: Report, with payload: String) throws -> (Report, fields: Int) {
    let json = try JSONDecoder().decode(JSONValue.self, from: ReportJSON.encode(report))
    var fields = Set<String>()
    let changed = change(json, path: "", payload, &fields)
    let data = try JSONEncoder().encode(changed)
    return (try JSONDecoder().decode(Report.self, from: data), fields.count)
  }

  private static func change(
    _ value: JSONValue, path: String, isMap: Bool = false, _ payload: String,
    _ fields: inout Set<String>
  ) -> JSONValue {
    switch value {
    case .string(let text):
      fields.insert(path)
      return .string(text + payload)
    case .array(let values):
      return .array(values.map { change($0, path: path, isMap: isMap, payload, &fields) })
    case .object(let members):
      var result: JSONObject = [:]
      for (key, member) in members {
        // Settings hold objects whose keys are data again; other maps hold numbers and shares.
        let inside = isMap ? path.hasSuffix(".settings") : maps.contains(key)
        if !isMap, keeps(key, member) {
          result[key] = member
        } else {
          if isMap { fields.insert(path + " keys") }
          let name = isMap ? key + payload : key
          let step = isMap ? path : "\(path).\(key)"
          result[name] = change(member, path: step, isMap: inside, payload, &fields)
        }
      }
      return .object(result)
    default: return value
    }
  }

  private static func keeps(_ key: String, _ value: JSONValue) -> Bool {
    guard let text = value.string else { return false }
    return closed.contains(key) || (key == "label" && AnswerLabel(rawValue: text) != nil)
      || (key == "kind" && text == "none")
  }
}
