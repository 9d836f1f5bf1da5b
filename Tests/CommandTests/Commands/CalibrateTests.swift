import ArgumentParser
import Foundation
import RESTA
import RESTADocuments
import RESTALocal
import Synchronization
import Testing

@Suite("resta calibrate") struct CalibrateTests {
  private static let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("resta-calibrate-\(UUID().uuidString)")

  @Test(
    "says what is wrong with its options",
    arguments: [
      (["--noise", "loud"], "noise"), (["--noise", "none"], "noise"), (["--noise", ""], "noise"),
      (["--sigma", "0.5,-1"], "above 0"), (["--sigma", "nan"], "above 0"),
      (["--samples", "0"], "--samples"), (["--prefix", "0"], "--prefix"),
      (["--max-tokens", "5"], "--max-tokens"), (["--minutes", "0"], "--minutes"),
      (["--max-tokens", "200000"], "--max-tokens with --prefix 20 must be between 20 and 100000"),
      (["--minutes", "1e6"], "below 1000000"),
      (["--limit", "0"], "--limit"), (["--min-agreement", "2"], "--min-agreement"),
      (["--max-guard-loss", "-0.1"], "--max-guard-loss"),
      (["--bogus"], "--bogus"),
    ])
  func usage(arguments: [String], message: String) throws {
    let run = try CommandRun(["calibrate"] + arguments)
    #expect(run.code == 2 && run.errors.contains(message), "\(run.code): \(run.errors)")
  }

  @Test("a file of attacks that is not there is missing, as it is for an evaluation")
  func missingAttacks() throws {
    let run = try CommandRun(["calibrate", "--attacks", "/nowhere.json", "--dry-run"])
    #expect(run.code == 1 && run.errors.contains("/nowhere.json"), "\(run.errors)")
  }

  @Test("tells how many of its attacks have no prompt") func gaps() throws {
    // This behavior is on the development side.
    let entries = ["\"p\"", "null"].enumerated().map { index, prompt in
      #"{"index": \#(index), "goal": "g", "behavior": "b", "category": "c", "#
        + #""prompt": \#(prompt), "response": null, "jailbroken": false}"#
    }
    let file = try TemporaryFile(
      #"{"parameters": {"method": "M"}, "jailbreaks": [\#(entries.joined(separator: ", "))]}"#,
      name: "artifact.json")
    let run = try CommandRun([
      "calibrate", "--no-lora", "--limit", "1", "--attacks", file.path, "--dry-run",
    ])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.errors.contains("1 of 2 entries have no prompt"), "\(run.errors)")
  }

  @Test("estimates, goes on where its time was over, and is then used without being named")
  func wholeRun() throws {
    let folder = Self.folder.appendingPathComponent("whole")
    defer { try? FileManager.default.removeItem(at: folder) }
    let table = folder.appendingPathComponent("table/own.json").path
    // Anything may be chosen here, so that a choice is there: what is tested is the way, not the rule.
    let arguments = [
      "calibrate", "--no-lora", "--limit", "1", "--samples", "2", "--prefix", "2",
      "--max-tokens", "3", "--sigma", "0.5,4", "--min-agreement", "0", "--max-loss", "1",
      "--max-guard-loss", "1", "--calibrations", table, "--output", folder.path,
    ]
    let estimate = try CommandRun(arguments + ["--dry-run", "--json"]).object()
    #expect(estimate["planned"] as? Int == 12)
    #expect(!FileManager.default.fileExists(atPath: folder.path))

    let cut = try CommandRun(arguments + ["--minutes", "0.000001", "--json"])
    #expect(cut.code == 1)
    #expect(try cut.object()["unreached"] is [String: Any])
    #expect(!FileManager.default.fileExists(atPath: table))

    let run = try CommandRun(arguments + ["--json"])
    let found = try run.object()
    #expect(found["split"] as? String == "development")
    #expect(found["unreached"] is NSNull)
    let again = try CommandRun(arguments + ["--json", "--no-save"]).object()
    #expect(again["digest"] as? String == found["digest"] as? String)
    #expect(again["kept_in"] is NSNull)
    let points = try #require(found["points"] as? [[String: Any]])
    #expect(points.count >= 2)
    // One attack that the small model already complied with or refused: both ends are right.
    if let chosen = found["chosen"] as? [String: Any] {
      #expect(run.code == 0 && found["kept_in"] as? String == table)
      let answer = try CommandRun(
        ["generate", "Hi", "--max-tokens", "2", "--calibrations", table, "--json"]
      ).object()
      let settings = try #require(answer["settings"] as? [String: Any])
      #expect(settings["calibration"] as? String == "calibrated-own")
      #expect(settings["sigma"] as? Double == chosen["sigma"] as? Double)
      #expect(run.errors.contains("Kept in \(table): used for these weights"), "\(run.errors)")
      #expect(run.errors.contains("Only with --calibrations FILE, or RESTA_CALIBRATIONS."))
      // No file can have that name, which shows when it is written only: the result is shown all the same.
      let nowhere = folder.path + "/" + String(repeating: "x", count: 300)
      let lost = try CommandRun(arguments.map { $0 == table ? nowhere : $0 } + ["--json"])
      #expect(lost.code == 1 && lost.errors.contains("with --calibrations FILE"), "\(lost.errors)")
      #expect(try lost.object()["chosen"] is [String: Any])
      #expect(try lost.object()["kept_in"] is NSNull)
    } else {
      #expect(run.code == 1 && found["kept_in"] is NSNull)
    }
  }

  @Test("what was found with an adapter says with which, and counts with it alone")
  func adapter() throws {
    let folder = Self.folder.appendingPathComponent("adapter")
    defer { try? FileManager.default.removeItem(at: folder) }
    let (table, adapter) = (folder.path + "/own.json", try CommandRun.adapter())
    let run = try CommandRun([
      "calibrate", "--limit", "1", "--samples", "2", "--prefix", "2", "--max-tokens", "12",
      "--sigma", "0.5,1", "--min-agreement", "0", "--max-loss", "1", "--max-guard-loss", "1",
      "--calibrations", table, "--output", folder.path, "--json",
    ])
    let found = try run.object()
    let named = try #require(found["adapters"] as? [String], "\(run.errors)")
    try #require(named.count == 1 && named[0].hasSuffix("adapter.f16.gguf:1.0"))
    // Whatever the small model did with one prompt of each kind.
    guard found["chosen"] is [String: Any] else { return }
    #expect(run.errors.contains("with --lora \(named[0]) and no noise is named"), "\(run.errors)")
    let uses: [(more: [String], expected: String)] = [
      ([], "none"), (["--lora", adapter], "calibrated-own"),
    ]
    for (more, expected) in uses {
      let answer = try CommandRun(
        ["generate", "Hi", "--max-tokens", "2", "--calibrations", table, "--json"] + more
      ).object()
      let settings = try #require(answer["settings"] as? [String: Any])
      #expect(settings["calibration"] as? String == expected)
    }
  }

  @Test("that nothing can be kept is found out before a model is loaded")
  func unwritable() throws {
    let file = try TemporaryFile()
    let arguments = [
      "calibrate", "--model", "/nowhere.gguf", "--calibrations", file.path + "/folder/own.json",
    ]
    let run = try CommandRun(arguments)
    #expect(run.code == 2 && run.errors.contains("--calibrations FILE takes another place"))
    #expect(run.errors.contains("own.json' cannot be written ("), "\(run.errors)")
    for flag in ["--no-save", "--dry-run"] {
      let run = try CommandRun(arguments + [flag])
      #expect(run.code == 1 && run.errors.contains("/nowhere.gguf"), "\(run.errors)")
    }
  }

  /// A table with one entry for the default model.
  private func table(sigma: Double) throws -> String {
    let path = try CommandRun.model()
    var table = CalibrationTable()
    let setting = CalibratedSetting(
      noise: NoiseSettings(kind: .soft, sigma: Sigma(value: sigma, unit: .relative)), samples: 3,
      prefix: .tokens(4))
    table.set(
      CalibrationTable.Entry(
        model: "test",
        weights: CalibrationTable.Weights(model: try Digest.sha256(ofFile: path)),
        bytes: try #require(DigestMemory.File(path: path)?.bytes), setting: setting, measured: [:]))
    return table.json
  }

  @Test("what it kept is used and shown where no noise is named; the user's table wins")
  func precedence() throws {
    let own = try TemporaryFile(try table(sigma: 0.25))
    let other = try TemporaryFile(try table(sigma: 0.75))
    let memory = DigestMemory(folder: nil)
    let model = try CommandRun.model()
    let known = try KnownCalibrations(
      file: own.path, environment: [:], shipped: Array(try table(sigma: 0.5).utf8))
    #expect(known.setting(forModel: model, adapters: [], memory: memory)?.origin == .own)
    #expect(
      known.setting(forModel: model, adapters: [], memory: memory)?.noise.sigma.value == 0.25)
    let shipped = try KnownCalibrations(
      file: "/nowhere.json", environment: [:], shipped: Array(try table(sigma: 0.5).utf8))
    #expect(shipped.setting(forModel: model, adapters: [], memory: memory)?.origin == .shipped)
    let byVariable = try KnownCalibrations(
      environment: [KnownCalibrations.variable: other.path, "XDG_CONFIG_HOME": "/nowhere"])
    #expect(byVariable.path == other.path)
    let byFolder = try KnownCalibrations(environment: ["XDG_CONFIG_HOME": "/nowhere"])
    #expect(byFolder.path == "/nowhere/resta/calibrations.json")

    let arguments = ["generate", "Hi", "--max-tokens", "2", "--seed", "1", "--json"]
    let variables = [KnownCalibrations.variable: other.path]
    func settings(_ more: [String]) throws -> [String: Any] {
      let object = try CommandRun(arguments + more, variables: variables).object()
      return try #require(object["settings"] as? [String: Any])
    }
    let plain = try settings([])
    #expect(plain["noise"] as? String == "soft" && plain["sigma"] as? Double == 0.75)
    #expect(plain["samples"] as? Int == 3 && plain["calibration"] as? String == "calibrated-own")
    #expect(try settings(["--calibrations", own.path])["sigma"] as? Double == 0.25)
    #expect(try settings(["--samples", "2"])["calibration"] as? String == "chosen")
    #expect(try settings(["--noise", "hard"])["calibration"] as? String == "none")
    let text = try CommandRun(
      ["generate", "Hi", "--max-tokens", "2"], variables: variables)
    #expect(text.errors.contains("calibrated on these weights (your own table)"))
    let chat = try CommandRun(["chat"], variables: variables)
    #expect(chat.errors.contains("calibrated on these weights (your own table)"))
  }

  @Test("what it kept of a file's weights is used at servers that have them")
  func servers() async throws {
    let own = try TemporaryFile(try table(sigma: 0.25))
    let found = Mutex<[CalibratedSetting?]>([])
    RemoteArguments.register { _, _, _, calibrated in
      found.withLock { $0.append(calibrated) }
      throw CancellationError()
    }
    let model = try CommandRun.model()
    let server = [
      "--engine", "vllm", "--vllm-url", "http://127.0.0.1:9", "--vllm-model", "any",
    ]
    for more in [["--model", model], ["--model", #filePath]] {
      let arguments = try ModelArguments.parse(server + more + ["--calibrations", own.path])
      await #expect(throws: CancellationError.self) { _ = try await arguments.loadAny() }
    }
    let settings = found.withLock { $0 }
    #expect(settings.map { $0?.noise.sigma.value } == [0.25, nil])
    #expect(settings.map { $0?.origin } == [.own, nil])
  }

  @Test("a table that is none ends every command, with its place")
  func malformed() throws {
    let file = try TemporaryFile("{\"format\": \"resta-calibrations/1\", \"model\": []}")
    for arguments in [["generate", "Hi"], ["inspect", "Hi"], ["calibrate", "--dry-run"]] {
      let run = try CommandRun(arguments, variables: [KnownCalibrations.variable: file.path])
      #expect(run.code == 2 && run.errors.contains("did you mean 'models'"), "\(run.errors)")
      #expect(run.errors.contains(file.path))
    }
    let missing = try CommandRun(["generate", "Hi", "--calibrations", "/nowhere.json"])
    #expect(missing.code == 2 && missing.errors.contains("--calibrations '/nowhere.json'"))
    let variables = [KnownCalibrations.variable: "/nowhere.json"]
    let unnamed = try CommandRun(["generate", "Hi"], variables: variables)
    #expect(unnamed.code == 2 && unnamed.errors.contains("$RESTA_CALIBRATIONS '/nowhere.json'"))
    // It is what makes the table.
    let making = try CommandRun(
      ["calibrate", "--no-lora", "--limit", "1", "--dry-run"], variables: variables)
    #expect(making.code == 0, "\(making.errors)")
  }
}
