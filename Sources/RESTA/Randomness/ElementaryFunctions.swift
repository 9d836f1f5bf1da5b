#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The few functions of the C mathematics library that this module needs, so that one file chooses
/// the library.
///
/// Only `exp`, `log`, `sin` and `cos` can differ between platforms, by one unit in the last place of
/// a `Double`; all other arithmetic of this module is exact IEEE 754.
enum ElementaryFunctions {
  @inline(__always)
  static func exponential(_ x: Double) -> Double { exp(x) }

  @inline(__always)
  static func logarithm(_ x: Double) -> Double { log(x) }

  @inline(__always)
  static func sine(_ x: Double) -> Double { sin(x) }

  @inline(__always)
  static func cosine(_ x: Double) -> Double { cos(x) }
}
