import Testing

@testable import RESTATemplates

/// What operators say of a template: its date and its variables.
@Suite("Dates and variables of templates")
struct TemplateSettingsTests {
  private static let fields =
    "%a %A %w %d %b %B %m %y %Y %H %I %p %M %S %f [%z%Z] %j %U %W "
    + "%c %x %X %G %u %V %% %C %D %e %F %g %h %k %l %P %r %R %T %-d %_d %0e %^a %#p %-j %-H %Ey %Od"

  /// From Python 3.12 on Linux: `datetime.fromisoformat(date).strftime(fields)`.
  @Test(
    "all of Python's fields print what Python prints",
    arguments: [
      (
        "2026-02-03T04:05:06",
        "Tue Tuesday 2 03 Feb February 02 26 2026 04 04 AM 05 06 000000 [] 034 05 05 Tue Feb  3 04:05:06 2026 02/03/26 04:05:06"
          + " 2026 2 06 % 20 02/03/26  3 2026-02-03 26 Feb  4  4 am 04:05:06 AM 04:05 04:05:06 3  3 03 TUE am 34 4 26 03"
      ),
      (
        "2024-12-30T00:00:00",
        "Mon Monday 1 30 Dec December 12 24 2024 00 12 AM 00 00 000000 [] 365 52 53 Mon Dec 30 00:00:00 2024 12/30/24 00:00:00"
          + " 2025 1 01 % 20 12/30/24 30 2024-12-30 25 Dec  0 12 am 12:00:00 AM 00:00 00:00:00 30 30 30 MON am 365 0 24 30"
      ),
      (
        "2021-01-03T23:59:59",
        "Sun Sunday 0 03 Jan January 01 21 2021 23 11 PM 59 59 000000 [] 003 01 00 Sun Jan  3 23:59:59 2021 01/03/21 23:59:59"
          + " 2020 7 53 % 20 01/03/21  3 2021-01-03 20 Jan 23 11 pm 11:59:59 PM 23:59 23:59:59 3  3 03 SUN pm 3 23 21 03"
      ),
      (
        "2027-01-01T12:00:00",
        "Fri Friday 5 01 Jan January 01 27 2027 12 12 PM 00 00 000000 [] 001 00 00 Fri Jan  1 12:00:00 2027 01/01/27 12:00:00"
          + " 2026 5 53 % 20 01/01/27  1 2027-01-01 26 Jan 12 12 pm 12:00:00 PM 12:00 12:00:00 1  1 01 FRI pm 1 12 27 01"
      ),
      (
        "2000-02-29T13:30:01",
        "Tue Tuesday 2 29 Feb February 02 00 2000 13 01 PM 30 01 000000 [] 060 09 09 Tue Feb 29 13:30:01 2000 02/29/00 13:30:01"
          + " 2000 2 09 % 20 02/29/00 29 2000-02-29 00 Feb 13  1 pm 01:30:01 PM 13:30 13:30:01 29 29 29 TUE pm 60 13 00 29"
      ),
    ])
  func strftime(_ date: String, _ expected: String) throws {
    let date = try #require(TemplateDate(date))
    var template = try ChatTemplate(
      source: "{{ messages[0].content }}|{{ strftime_now('\(Self.fields)') }}")
    template.clock = { date }
    #expect(try template.render([.user("x")]).text == "x|" + expected)
    #expect(try template.printsDate(for: [.user("x")]))
  }

  @Test("dates are read as they are written, and nothing else is one")
  func dates() throws {
    for text in ["2026-11-28", "2026-11-28T09:05", "2026-11-28T09:05:07", "0001-01-01"] {
      #expect(TemplateDate(text)?.text == text)
    }
    for text in [
      "", "today", "2026-02-29", "2026-11-28T24:00", "2026-1-2", "28.11.2026", "2026-11-28Z",
      "2026-11-28T", "２０２６-11-28", " 2026-11-28",
    ] {
      #expect(TemplateDate(text) == nil, "\(text)")
    }
    #expect(TemplateDate(secondsSince1970: 1_795_856_707).text == "2026-11-28T09:05:07")
    #expect(TemplateDate(secondsSince1970: 951_782_400).text == "2000-02-29")
    #expect(TemplateDate("2026-11-28T09:05")?.midnight.text == "2026-11-28")
  }

  @Test("a template that asks whether there is a date is told so")
  func defined() throws {
    var template = try ChatTemplate(
      source: "{{ messages[0].content }} "
        + "{% if strftime_now is defined %}{{ strftime_now('%F') }}{% else %}none{% endif %}")
    #expect(try template.render([.user("x")]).text == "x none")
    #expect(try !template.printsDate(for: [.user("x")]))
    let date = try TemplateDate(year: 2026, month: 1, day: 2)
    template.clock = { date }
    #expect(try template.render([.user("x")]).text == "x 2026-01-02")
  }

  @Test("variables are JSON's scalars, or text")
  func variables() throws {
    let variables = try TemplateVariable.named([
      "a=true", "b=false", "c=null", "d=-12", "e=0.5", "f=1e3", "g=yes", "h=", "i=x=y", "j=007",
      "k=NaN", "_l9=99999999999999999999",
    ])
    #expect(
      variables == [
        "a": true, "b": false, "c": .none, "d": -12, "e": .number(0.5), "f": .number(1000),
        "g": "yes", "h": "", "i": "x=y", "j": "007", "k": "NaN", "_l9": .number(1e20),
      ])
  }

  @Test(
    "variables that would take a name that has a meaning are refused by name",
    arguments: [
      "messages=x", "bos_token=", "eos_token=x", "add_generation_prompt=false", "tools=null",
      "documents=1", "strftime_now=1", "raise_exception=x", "range=1", "true=1", "1a=2", "a-b=1",
      "=1", "thinking",
    ])
  func reserved(_ text: String) throws {
    let error = #expect(throws: RESTAError.self) { try TemplateVariable.named([text]) }
    #expect(error?.code == .invalidSetting)
    #expect(error?.message.contains("'\(text.prefix { $0 != "=" })'") == true)
    #expect(throws: RESTAError.self) { try TemplateVariable.named(["a=1", "a=2"]) }
  }
}
