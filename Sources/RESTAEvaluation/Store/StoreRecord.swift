/// What a store knows about the evaluation as a whole.
public struct StoreRecord: Sendable, Hashable, Codable {
  /// The evaluation's name.
  public var name: String
  /// A sentence on what it is for.
  public var about: String?
  /// The configuration's text.
  public var configuration: String
  /// The model: what determines answers.
  public var subject: SubjectRecord
  /// The defence that others are compared with.
  public var baseline: String
  /// The judges' ids, in order: the first that tells refused from complied decides.
  public var judges: [String]
  /// How many answers the whole plan asks for.
  public var total: Int
  /// What ran, in words: files, versions, machine, as label and value.
  public var environment: [Report.Entry]

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
  public init(
    name: String, about: String?, configuration: String, subject: SubjectRecord, baseline: String,
    judges: [String], total: Int, environment: [Report.Entry]
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
}
