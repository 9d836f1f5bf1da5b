import RESTAServer
import Testing

/// As a program of somebody else's sees the library: without what is only for tests.
@Suite("Settings from outside") struct PublicSettingsTests {
  @Test("every section can be made by itself, and has the defaults")
  func sections() throws {
    var settings = ServerSettings()
    settings.listen = ServerSettings.Listen()
    settings.model = ServerSettings.Model()
    settings.defense = ServerSettings.Defense()
    settings.client = ServerSettings.Client()
    settings.prompt = ServerSettings.Prompt()
    settings.answer = ServerSettings.Answer()
    settings.limits = ServerSettings.Limits()
    settings.rates = ServerSettings.Rates()
    settings.keys = ServerSettings.Keys()
    settings.metrics = ServerSettings.Metrics()
    settings.log = ServerSettings.Log()
    try settings.validate()
    #expect(settings == ServerSettings())
  }
}
