import Foundation
import RESTADocuments

/// What `Tools/golden/statistics_golden.py` wrote, from SciPy and statsmodels.
struct StatisticsGolden: Decodable {
  struct Proportion: Decodable {
    let count: Int
    let n: Int
    let confidence: Double
    let wilson: [Double]
    let exact: [Double]
  }
  struct Beta: Decodable {
    let a: Double
    let b: Double
    let p: Double
    let x: Double
  }
  struct NormalQuantile: Decodable {
    let p: Double
    let z: Double
  }
  struct StudentQuantile: Decodable {
    let p: Double
    let degrees: Double
    let t: Double
  }
  struct SignFlip: Decodable {
    let first: [[Double]]
    let second: [[Double]]
    let p: Double
    let interval: [Double]
  }
  struct Clustered: Decodable {
    let hits: [Int]
    let sizes: [Int]
    let interval: [Double]
  }
  struct Table: Decodable {
    let table: [[Int]]
    let kappa: Double
    let low: Double
    let high: Double
  }
  struct Bootstrap: Decodable {
    let first: [[Double]]
    let second: [[Double]]
    let interval: [Double]
    let difference: [Double]
  }

  let proportions: [Proportion]
  let beta: [Beta]
  let quantiles: [NormalQuantile]
  let student: [StudentQuantile]
  let signFlips: [SignFlip]
  let clusters: [Clustered]
  let kappa: [Table]
  let bootstrap: [Bootstrap]

  static var file: URL {
    URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Golden/statistics.json").standardizedFileURL
  }

  static func load() throws -> StatisticsGolden {
    try JSONDecoder().decode(StatisticsGolden.self, from: Data(contentsOf: file))
  }
}
