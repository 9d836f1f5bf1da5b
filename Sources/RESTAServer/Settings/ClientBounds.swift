import RESTA

extension ServerSettings.Client.Bounds where Value: Comparable {
  /// Checks that the bounds are in order, and makes a range of them.
  ///
  /// - Parameters:
  ///   - name: What is bounded, such as `samples`.
  ///   - own: The operator's own value: what a bound is that is not given.
  ///   - text: How a value is printed.
  /// - Returns: What a request may choose; it holds the operator's own value.
  /// - Throws: ``ServerError`` with `invalidSetting` when it would not.
  @discardableResult func range(
    of name: String, own: Value, text: (Value) -> String
  ) throws(ServerError) -> ClosedRange<Value> {
    try checkOrder(name, text: text)
    let (least, most) = (min ?? own, max ?? own)
    guard least <= own, own <= most else {
      throw ServerError(
        .invalidSetting,
        "defense.\(name) is \(text(own)), outside of client.\(name), \(text(least)) to"
          + " \(text(most)): a request that chooses nothing would be where none may choose to be.")
    }
    return least...most
  }

  /// Checks that the bounds are in order.
  func checkOrder(_ name: String, text: (Value) -> String) throws(ServerError) {
    guard let min, let max, min > max else { return }
    throw ServerError(
      .invalidSetting,
      "client.\(name).min is \(text(min)), above client.\(name).max, \(text(max)).")
  }
}

extension ServerSettings.Client.Bounds<PrefixLength> {
  /// The bounds as numbers, which have an order.
  var lengths: ServerSettings.Client.Bounds<Int> {
    ServerSettings.Client.Bounds(min: min?.length, max: max?.length)
  }
}

extension PrefixLength {
  /// The number of tokens; that of `all` is larger than any.
  var length: Int {
    switch self {
    case .tokens(let count): count
    case .all: .max
    }
  }

  /// The prefix of a ``length``.
  init(length: Int) { self = length == .max ? .all : .tokens(length) }
}
