import Foundation
import Logging
import Testing

@testable import RESTAServer

@Suite("Log lines")
struct ServerLogHandlerTests {
  @Test("are text with the metadata behind the message, by key")
  func text() {
    let log = LogCollector()
    log.logger(.text).info("request ended", metadata: ["status": "200", "hb.request.id": "0af3"])
    #expect(
      log.lines == ["2026-11-26T01:02:03.456Z info request ended hb.request.id=0af3 status=200\n"])
  }

  @Test("are JSON objects in one line")
  func json() {
    let log = LogCollector()
    log.logger(.json).warning("request ended", metadata: ["status": "200", "b": "\"x\""])
    #expect(
      log.lines == [
        """
        {"time":"2026-11-26T01:02:03.456Z","level":"warning","label":"resta.test",\
        "message":"request ended","b":"\\"x\\"","status":"200"}

        """
      ])
  }

  @Test("quote values that would not end where they do")
  func quotes() {
    let log = LogCollector()
    log.logger(.text).info(
      "say \"so\"",
      metadata: [
        "a": "", "b": "x y", "c": "k=v", "d": "\"", "e": "\\", "f g": "é字", "h": "a\u{A0}b",
      ])
    #expect(
      log.lines == [
        """
        2026-11-26T01:02:03.456Z info say "so" a="" b="x y" c="k=v" d="\\"" e="\\\\" \
        "f g"=é字 h="a\u{A0}b"

        """
      ])
  }

  @Test("have nested metadata under dotted keys")
  func nested() {
    let log = LogCollector()
    log.logger(.text).info(
      "m",
      metadata: [
        "a": ["x": "1", "y": ["2", "3"]], "a.x": "4", "n": .stringConvertible(5), "none": [:],
      ])
    #expect(log.lines == ["2026-11-26T01:02:03.456Z info m a.x=1 a.x_=4 a.y.0=2 a.y.1=3 n=5\n"])
  }

  @Test("take the message's metadata before the provider's, and that before the logger's")
  func precedence() {
    let log = LogCollector()
    var logger = log.logger(.text)
    logger.handler.metadataProvider = Logger.MetadataProvider {
      ["a": "provider", "b": "provider"]
    }
    logger[metadataKey: "a"] = "logger"
    logger[metadataKey: "b"] = "logger"
    logger[metadataKey: "c"] = "logger"
    logger.info("m", metadata: ["a": "message"])
    #expect(log.lines == ["2026-11-26T01:02:03.456Z info m a=message b=provider c=logger\n"])
  }

  @Test("leave out what is less severe than the level")
  func levels() {
    let log = LogCollector()
    var logger = log.logger(.text, level: .warning)
    logger.info("no")
    logger.error("yes")
    logger.logLevel = .trace
    logger.trace("yes")
    #expect(log.lines.map { String($0.dropFirst(25)) } == ["error yes\n", "trace yes\n"])
  }

  @Test("name an error and its type")
  func errors() {
    let log = LogCollector()
    log.logger(.text).error("failed", error: ServerError(.invalidSetting, "limits.queue is -1"))
    #expect(
      log.lines == [
        """
        2026-11-26T01:02:03.456Z error failed error="limits.queue is -1" error.type=ServerError

        """
      ])
  }

  @Test(
    "have the time in UTC, rounded to a millisecond",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (0.9999, "1970-01-01T00:00:01.000Z"),
      (-0.001, "1969-12-31T23:59:59.999Z"), (951_782_400.05, "2000-02-29T00:00:00.050Z"),
      (4_102_444_799.9996, "2100-01-01T00:00:00.000Z"), (1.007, "1970-01-01T00:00:01.007Z"),
    ] as [(Double, String)])
  func times(seconds: Double, text: String) {
    #expect(LogTime.text(Date(timeIntervalSince1970: seconds)) == text)
  }
}
