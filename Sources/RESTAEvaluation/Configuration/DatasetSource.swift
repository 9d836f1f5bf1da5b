/// Where the prompts of one dataset are from, and which of them are asked.
package struct DatasetSource: Sendable, Hashable {
  /// Where data is.
  package enum Place: Sendable, Hashable {
    /// One of our own sets, by name.
    case builtIn(String)
    /// A public dataset by its name in `resta eval data`, in the data folder.
    case known(String)
    /// A file, relative to the configuration.
    case file(String)
  }

  /// Its name in tables.
  package var name: String
  /// Where data is.
  package var place: Place
  /// The format's name.
  ///
  /// `nil`: told by the content.
  package var format: DatasetFormat?
  /// The attack's name.
  ///
  /// `nil`: the data's own.
  package var attack: String?
  /// What the prompts are there to show.
  ///
  /// `nil`: what the format says.
  package var role: Sample.Role?
  /// Only prompts of this role.
  ///
  /// `nil`: all.
  package var only: Sample.Role?
  /// Only prompts of these categories.
  ///
  /// Empty: all.
  package var categories: [String]
  /// Only one side of the split by behavior.
  ///
  /// `nil`: both.
  package var split: DataSplit?
  /// The share of behaviors on the development side, where the data has no split of its own.
  package var developmentShare: Double
  /// At most so many prompts, spread evenly.
  ///
  /// `nil`: all.
  package var limit: Int?

  /// Reads an element of `datasets`: a file's name, or keys and values.
  init(_ node: ConfigurationNode) throws(EvaluationError) {
    guard node.isMapping else {
      let file = try node.text()
      self.init(name: Self.name(of: file), place: .file(file))
      return
    }
    let fields = try node.fields([
      "built_in", "known", "file", "name", "format", "attack", "role", "only", "categories",
      "split", "development_share", "limit",
    ])
    var places: [Place] = []
    if let name = try fields["built_in"]?.text() { places.append(.builtIn(name)) }
    if let name = try fields["known"]?.text() { places.append(.known(name)) }
    if let file = try fields["file"]?.text() { places.append(.file(file)) }
    guard places.count == 1, let place = places.first else {
      throw node.error("name one place: 'built_in', 'known' or 'file'")
    }
    self.init(name: Self.name(of: place), place: place)
    if let given = try fields["name"]?.text() { name = given }
    format = try fields["format"]?.choice(DatasetFormat.self, called: "format")
    attack = try fields["attack"]?.text()
    role = try fields["role"]?.choice(Sample.Role.self, called: "role")
    only = try fields["only"]?.choice(Sample.Role.self, called: "role")
    for element in fields["categories"]?.elements() ?? [] { categories.append(try element.text()) }
    split = try fields["split"]?.choice(DataSplit.self, called: "split")
    developmentShare = try fields["development_share"]?.number(0...1) ?? developmentShare
    limit = try fields["limit"]?.integer(1...(.max))
  }

  /// Names all prompts of a place.
  ///
  /// - Parameters:
  ///   - name: Its name in tables.
  ///   - place: Where data is.
  package init(name: String, place: Place) {
    self.name = name
    self.place = place
    categories = []
    developmentShare = 0.3
  }

  private static func name(of place: Place) -> String {
    switch place {
    case .builtIn(let name), .known(let name): name
    case .file(let file): name(of: file)
    }
  }

  private static func name(of file: String) -> String {
    let last = file.split(separator: "/").last.map(String.init) ?? file
    return last.split(separator: ".").first.map(String.init) ?? last
  }
}
