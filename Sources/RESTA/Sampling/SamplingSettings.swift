/// How ordinary decoding, after the smoothed prefix, chooses a token.
///
/// The filters apply in this order, each to what the one before it left: temperature, softmax, top-k, top-p,
/// min-p; of equally likely tokens the lower id comes first. The defaults are greedy decoding.
public struct SamplingSettings: Sendable, Hashable, Codable {
  /// Divides the logits: a finite number, 0 or more; 0, the default, is greedy decoding.
  public var temperature: Double

  /// Keeps only this many of the most likely tokens; 0, the default, keeps all.
  public var topK: Int

  /// Keeps only the most likely tokens that make up this probability, 0...1; by default 1, all.
  public var topP: Double

  /// Keeps only tokens at least this likely in relation to the most likely one, 0...1; by default 0, all.
  public var minP: Double

  /// The seed of the choices; `nil`, the default, lets the caller draw one, use it and report it.
  public var seed: UInt64?

  /// Makes settings; nothing is checked before ``validate()``.
  public init(
    temperature: Double = 0, topP: Double = 1, topK: Int = 0, minP: Double = 0, seed: UInt64? = nil
  ) {
    self.temperature = temperature
    self.topP = topP
    self.topK = topK
    self.minP = minP
    self.seed = seed
  }

  /// Decodes settings; each value may be missing, and then has its default.
  ///
  /// - Parameter decoder: Where to read from.
  /// - Throws: A `DecodingError` if a value is of another type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      temperature: try container.decodeIfPresent(Double.self, forKey: .temperature) ?? 0,
      topP: try container.decodeIfPresent(Double.self, forKey: .topP) ?? 1,
      topK: try container.decodeIfPresent(Int.self, forKey: .topK) ?? 0,
      minP: try container.decodeIfPresent(Double.self, forKey: .minP) ?? 0,
      seed: try container.decodeIfPresent(UInt64.self, forKey: .seed))
  }

  /// Checks the ranges.
  ///
  /// - Throws: `RESTAError.Code.invalidSetting`, naming the first value that is out of its range.
  /// - Complexity: O(1).
  public func validate() throws(RESTAError) {
    try RESTAError.require(
      temperature.isFinite && temperature >= 0,
      "temperature is \(temperature): give a finite number, 0 or more")
    try RESTAError.require(
      topK >= 0, "top-k is \(topK): give the number of tokens to keep, or 0 for all")
    try RESTAError.require(
      (0...1).contains(topP), "top-p is \(topP): give a probability from 0 to 1")
    try RESTAError.require(
      (0...1).contains(minP), "min-p is \(minP): give a probability from 0 to 1")
  }
}
