/// What a store knows about the evaluation as a whole.
package struct StoreRecord: Sendable, Hashable, Codable {
  /// The evaluation's name.
  package var name: String
  /// A sentence on what it is for.
  package var about: String?
  /// The configuration's text.
  package var configuration: String
  /// The model: what determines answers.
  package var subject: SubjectRecord
  /// The defence that others are compared with.
  package var baseline: String
  /// The judges' ids, in order: the first that tells refused from complied decides.
  package var judges: [String]
  /// How many answers the whole plan asks for.
  package var total: Int
  /// What ran, in words: files, versions, machine, as label and value.
  package var environment: [Entry]

  /// Makes a record.
  ///
  /// - Parameters:
  ///   - name: The evaluation's name.
  ///   - about: A sentence on what it is for.
  ///   - configuration: The configuration's text.
  ///   - subject: The model.
  ///   - baseline: The defence that others are compared with.
  ///   - judges: The judges' ids, in order.
  ///   - total: How many answers the whole plan asks for.
  ///   - environment: What ran, in words.
  package init(
    name: String, about: String?, configuration: String, subject: SubjectRecord, baseline: String,
    judges: [String], total: Int, environment: [Entry]
  ) {
    self.name = name
    self.about = about
    self.configuration = configuration
    self.subject = subject
    self.baseline = baseline
    self.judges = judges
    self.total = total
    self.environment = environment
  }

  /// What must be the same for two stores to be of one evaluation.
  struct Identity: Codable, Equatable {
    let configuration: String
    let subject: SubjectRecord
    let total: Int
  }

  var identity: Identity {
    Identity(configuration: configuration, subject: subject, total: total)
  }

  /// A label and a value of what is known about a run, for a report.
  package struct Entry: Sendable, Hashable, Codable {
    /// The label.
    package var label: String
    /// The value.
    package var value: String

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - label: The label.
    ///   - value: The value.
    package init(label: String, value: String) {
      self.label = label
      self.value = value
    }
  }
}
