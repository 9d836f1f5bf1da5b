"""Jinja snippets of the golden files: expressions by group, and whole templates."""

import re

# Spelled as a prelude rather than a context, so that dictionaries keep their order everywhere.
PRELUDE = (
    "{%- set d = {'b': 1, 'a': 'x', 'C': [1, 2]} -%}"
    "{%- set l = [3, 1, 2] -%}"
    "{%- set names = ['bob', 'Al', 'cy', 'al'] -%}"
    "{%- set users = [{'n': 'bob', 'age': 3, 'on': true}, {'n': 'Al', 'age': 1, 'on': false},"
    " {'n': 'cy', 'age': 2, 'on': true}] -%}"
    "{%- set s = 'Hello World' -%}"
    "{%- set ws = ' \\t a  b \\n' -%}"
    "{%- set nfd = 'cafe\\u0301' -%}"
    "{%- set crlf = 'x\\r\\ny\\rz\\n' -%}")

TOJSON_OPTIONS = [
    "", "(indent=2)", "(indent=4, sort_keys=true)", "(separators=(',', ':'))",
    "(ensure_ascii=true)", "(true, 1)"]

# Expressions, separated by " ¦ " and line ends, each printed after the prelude.
EXPRESSIONS = {
    "literal": r"""
1 ¦ 2.5 ¦ 1e3 ¦ 1_000 ¦ 0x1f ¦ 0b101 ¦ 0o17 ¦ true ¦ false ¦ none ¦ True ¦ None ¦ 'a' ¦ "b"
'a' 'b' ¦ '\n\t\\\'' ¦ '\x41\u00e9' ¦ [] ¦ [1] ¦ [1, 2,] ¦ () ¦ (1,) ¦ (1, 2) ¦ {} ¦ {'a': 1}
{'a': [1, {'b': none}]} ¦ '\d' ¦ '\101' ¦ '\U0001F600' ¦ 1.0 ¦ 1e16 ¦ 1e15 ¦ 1e-4 ¦ 1e-5
123456789.125 ¦ 0.1 ¦ 100.0 ¦ 1.5e300 ¦ 'é' ¦ 'it''s' ¦ ["it's", 'say "x"', 'both\'"']
['\n', '\x01', 'é', '\u200b', '\\'] ¦ 1e22 ¦ 123456789012345680.0 ¦ 5e-324
[none, true, 1.5, 'x']
""",
    "arithmetic": r"""
1 + 2 ¦ 3 - 5 ¦ 2 * 3 ¦ 7 / 2 ¦ 6 / 2 ¦ 7 // 2 ¦ -7 // 2 ¦ 7 // -2 ¦ 7 % 3 ¦ -7 % 3 ¦ 7 % -3
2 ** 10 ¦ 2 ** -1 ¦ 2 ** 3 ** 2 ¦ -2 ** 2 ¦ 1 + 2 * 3 ¦ (1 + 2) * 3 ¦ 10 - 2 - 3 ¦ 1.5 + 1
7.5 // 2 ¦ -7.5 % 2 ¦ 'a' + 'b' ¦ 'ab' * 3 ¦ 3 * 'ab' ¦ [1] * 2 ¦ [1] + [2] ¦ (1,) + (2,)
'a' ~ 1 ¦ 1 ~ 2 ¦ 'a' ~ none ~ true ¦ 1 ~ 2 + 3 ¦ 'a' ~ 'b' * 2 ¦ true + 1 ¦ -true ¦ +1 ¦ - - 1
1 / 0 ¦ 1 // 0 ¦ 1 % 0 ¦ 1 + 'a' ¦ 'a' + 1 ¦ none + 1 ¦ [1] + (2,) ¦ undefined_thing + 1
'a' - 'b' ¦ 7 - -2 ¦ 1.0 * 3 ¦ 2.0 ** 3 ¦ '%s=%d' % ('a', 3) ¦ '%s' % 'x' ¦ '100%%' % ()
'%s' % none ¦ 1.1 + 2.2 ¦ 0.1 * 3 ¦ 'x' * 0 ¦ 'x' * -1 ¦ undefined_thing ~ 'x' ¦ [1, 2] * 0
5 // 0.0 ¦ 1e308 * 10 ¦ -1e308 * 10 ¦ 9007199254740993 ¦ 9007199254740993.0
""",
    "compare": r"""
1 == 1 ¦ 1 == 1.0 ¦ 1 == true ¦ 'a' == 'a' ¦ 'a' != 'b' ¦ 1 < 2 ¦ 2 <= 2 ¦ 3 > 2 ¦ 3 >= 4
1 < 2 < 3 ¦ 1 < 2 > 3 ¦ 'a' < 'b' ¦ 'B' < 'a' ¦ [1, 2] < [1, 3] ¦ [1] == [1] ¦ (1,) == [1]
{'a': 1} == {'a': 1.0} ¦ none == none ¦ none == false ¦ 1 < 'a' ¦ none < 1 ¦ 'a' in 'abc'
'' in 'abc' ¦ 'd' not in 'abc' ¦ 1 in [1, 2] ¦ '1' in [1, 2] ¦ 'a' in d ¦ 1 in d ¦ 1 in 'abc'
1 in none ¦ 'a' in undefined_thing ¦ undefined_thing == undefined_thing ¦ undefined_thing == none
not 1 == 1 ¦ not true and false ¦ 1 and 2 ¦ 0 and 2 ¦ 0 or 2 ¦ '' or 'x' ¦ none or false
1 or 2 and 0 ¦ not none ¦ true is true ¦ nfd == 'café' ¦ 'caf' in nfd ¦ 'é' in nfd ¦ '\r' in crlf
1 == '1' ¦ [] == () ¦ 'a' < nfd ¦ 1 if true else 2 ¦ 1 if false else 2 ¦ 1 if false
'a' if 1 else 'b' if 1 else 'c' ¦ (1 if none) is defined ¦ 1 in (1, 2) ¦ not 'a' in 'b'
'a' not in 'b' and true ¦ undefined_thing < 1 ¦ [1, 2] > [1] ¦ 2 in range(3)
""",
    "subscript": r"""
l[0] ¦ l[-1] ¦ l[9] ¦ l[9] is defined ¦ l['x'] ¦ l[1.0] ¦ d['b'] ¦ d.b ¦ d.C[1] ¦ d['zz'] ¦ d.zz
d.zz.y ¦ d['zz']['y'] ¦ s[0] ¦ s[-1] ¦ s[99] ¦ s[1:3] ¦ s[:-1] ¦ s[::-1] ¦ s[::2] ¦ s[-3:]
s[5:2] ¦ s[5:2:-1] ¦ s[:100] ¦ s[-100:2] ¦ l[1:] ¦ l[::-1] ¦ l[:2] ¦ l[10:] ¦ (1, 2, 3)[1:]
l[::0] ¦ d[1:2] ¦ none['x'] ¦ none.x ¦ undefined_thing ¦ undefined_thing.x
undefined_thing['x'] ¦ undefined_thing[1:] ¦ d.get('b') ¦ d.get('q') ¦ d.get('q', 5)
d['get'] is defined ¦ d.keys() ¦ d.values() ¦ d.items() ¦ d.keys()|list ¦ s.nope
s.nope.x ¦ 1 .x ¦ l.append(1) ¦ d.update({'x': 1}) ¦ d.pop('b') ¦ d.pop ¦ l.append is defined
users[0].n ¦ users[0]['age'] ¦ users.0.n ¦ nfd[4] ¦ nfd|length ¦ crlf[1] ¦ crlf|length
users[1:][0].n ¦ l[none:2] ¦ l['a':] ¦ range(5)[1] ¦ range(5)[-1] ¦ range(5)[1:3]|list ¦ l[true]
s[0:5:2] ¦ s[-1:-4:-1] ¦ l[-100:100] ¦ s[3:3] ¦ l.index(2) ¦ l.count(1) ¦ l.index(9)
{'items': 1}.items is callable ¦ {'items': 1}['items'] ¦ {1: 'a'}[1.0] ¦ {1: 'a', true: 'b'}
{none: 1}[none] ¦ l[-1::-1] ¦ l[:0:-1] ¦ l[:-3:-1] ¦ l[10:-10:-2] ¦ s[10:2:-3] ¦ (1, 2, 3)[::-2]
range(10)[8:2:-2]|list ¦ s[::-1][::-1] ¦ l[none:none:none] ¦ l[-9223372036854775807:]
s[::-9223372036854775807] ¦ l[true:] ¦ l[:undefined_thing] ¦ l[1.0:] ¦ d.zz[1:]
""",
    "string method": r"""
ws.strip() ¦ ws.lstrip() ¦ ws.rstrip() ¦ 'xxaxx'.strip('x') ¦ 'xyaxy'.lstrip('yx')
'abc'.rstrip('bc') ¦ 'abc'.strip('') ¦ s.split() ¦ ws.split() ¦ 'a,b,,c'.split(',')
'a,b,c'.split(',', 1) ¦ 'a b c'.split(none, 1) ¦ ' a b  c '.split(maxsplit=1)
'a,b,c'.rsplit(',', 1) ¦ 'a b c'.rsplit(none, 1) ¦ ' a  b c '.rsplit(maxsplit=1) ¦ ''.split()
''.split(',') ¦ 'abc'.split('') ¦ '<a></a>'.split('</a>')[0] ¦ crlf.splitlines()
crlf.splitlines(true) ¦ 'a\x0bb\x0cc\x1cd\u2028e'.splitlines() ¦ ''.splitlines()
'\n'.splitlines() ¦ s.startswith('He') ¦ s.startswith(('x', 'H')) ¦ s.endswith('ld')
s.endswith('') ¦ s.startswith(1) ¦ s.upper() ¦ s.lower() ¦ 'hello wORLD'.title()
"they're bill's".title() ¦ 'hELLO'.capitalize() ¦ 'ß'.upper() ¦ 'ΑΣ'.lower() ¦ 'ΑΣΑ'.lower()
'ΣΑΣ Σ'.lower() ¦ 'ǆ'.title() ¦ 'éa'.upper() ¦ 'İ'.lower() ¦ 'İX'.title() ¦ 'ﬁx'.upper()
'ﬁx'.capitalize() ¦ s.replace('l', 'L') ¦ s.replace('l', 'L', 1) ¦ 'abc'.replace('', '-')
'aaa'.replace('aa', 'b') ¦ s.replace('zz', 'b') ¦ ', '.join(['a', 'b']) ¦ ''.join([])
'-'.join('abc') ¦ ','.join([1]) ¦ s.find('o') ¦ s.find('zz') ¦ s.rfind('o') ¦ s.index('W')
s.index('zz') ¦ s.count('l') ¦ ''.count('') ¦ 'abc'.count('') ¦ '{} {}'.format(1, 'a')
'{0}{1}{0}'.format('a', 'b') ¦ '{x}'.format(x=1) ¦ '{{}}'.format() ¦ '{}'.format()
'a'.removeprefix('a') ¦ 'ab'.removesuffix('b') ¦ 'ab'.removesuffix('x') ¦ '12'.isdigit()
'1a'.isdigit() ¦ ''.isdigit() ¦ 'abc'.isalpha() ¦ ' \n'.isspace() ¦ 'AB1'.isupper()
'ab'.islower() ¦ '1'.islower() ¦ '\u00a0x\u2003'.strip() ¦ '\u200bx'.strip() ¦ '\x1fx\x85'.strip()
'\ufeffx'.strip() ¦ 'ababab'.split('ab') ¦ 'aXbXc'.split('X', 0) ¦ '  a '.split(none, 0)
'a'.nope() ¦ s.upper(1) ¦ s.strip(1) ¦ '%s'.upper() ¦ 'a\r\nb'.split('\n') ¦ 'é'.split('́')
nfd.replace('e', 'i') ¦ 'x'.join('ab') ¦ '{} {}'.format('a') ¦ 'की'.isalpha() ¦ 'עִברִית'.isalpha()
'Ⅷ'.isalpha() ¦ 'Ⓐ'.isalpha() ¦ 'ʰ'.isalpha() ¦ '漢字'.isalpha() ¦ '1²'.isdigit() ¦ '½'.isdigit()
'١٢'.isdigit() ¦ 'ΟΔΟΣ'.capitalize() ¦ 'ΑΣ ΑΣ'.title() ¦ ''.capitalize()
""",
    "filter": r"""
ws|trim ¦ 'xax'|trim('x') ¦ none|trim ¦ 1|trim ¦ undefined_thing|trim ¦ s|upper ¦ s|lower
none|upper ¦ 'hello world-foo (bar) it\'s'|title ¦ 'aBC dEF'|capitalize ¦ s|length ¦ l|length
d|length ¦ l|count ¦ none|length ¦ undefined_thing|length ¦ 1|length ¦ l|first ¦ l|last ¦ []|first
''|first ¦ s|first ¦ d|first ¦ d|last ¦ undefined_thing|first ¦ l|join ¦ l|join(', ')
users|join(',', attribute='n') ¦ 'abc'|join('-') ¦ none|join ¦ undefined_thing|join
[none, 1.5, true]|join('/') ¦ s|replace('o', '0') ¦ s|replace('o', '0', 1) ¦ 1|replace(1, 2)
undefined_thing|default('x') ¦ undefined_thing|default ¦ none|default('x')
none|default('x', true) ¦ ''|d('x', true) ¦ 0|d(5, boolean=true) ¦ 'x'|default('y')
d.q|default('z') ¦ undefined_thing.x|default('z') ¦ l|list ¦ 'abc'|list ¦ d|list ¦ none|list
undefined_thing|list ¦ l|sort ¦ l|sort(reverse=true) ¦ names|sort
names|sort(case_sensitive=true) ¦ users|sort(attribute='age')|map(attribute='n')|list
[1, 'a']|sort ¦ names|unique|list ¦ [1, 1.0, true, 'a', 'A']|unique|list ¦ l|reverse|list
s|reverse ¦ d|items|list ¦ undefined_thing|items|list ¦ none|items|list ¦ d|dictsort
d|dictsort(true) ¦ d|dictsort(reverse=true) ¦ {'a': 2, 'b': 1}|dictsort(by='value')
d|dictsort(by='x') ¦ users|map(attribute='n')|list ¦ users|map(attribute='q')|list
users|map(attribute='q', default='?')|list ¦ names|map('upper')|list
names|map('replace', 'a', 'b')|list ¦ []|map('x')|list
users|selectattr('on')|map(attribute='n')|list ¦ users|rejectattr('on')|map(attribute='n')|list
users|selectattr('n', 'equalto', 'cy')|list
users|selectattr('age', '>', 1)|map(attribute='age')|list ¦ [0, 1, 2, none]|select|list
[0, 1, '']|reject|list ¦ l|select('odd')|list ¦ l|reject('odd')|list ¦ l|select('in', [1, 2])|list
l|select('nope')|list ¦ l|map('nope')|list ¦ l|sum ¦ users|sum(attribute='age') ¦ []|sum
l|sum(start=10) ¦ [0.5, 1]|sum ¦ ['a']|sum ¦ l|min ¦ l|max ¦ names|max ¦ []|max
users|max(attribute='age') ¦ -3|abs ¦ -3.5|abs ¦ -3|abs ¦ 'a'|abs ¦ 2.5|round ¦ 3.5|round
2.567|round(2) ¦ 2.1|round(method='ceil') ¦ 2.9|round(0, 'floor') ¦ 5|round ¦ '42'|int
'42.9'|int ¦ 'x'|int ¦ 'x'|int(7) ¦ 3.9|int ¦ -3.9|int ¦ none|int ¦ true|int ¦ ' 7 '|int
'1.5'|float ¦ 'x'|float ¦ 2|float ¦ '1_000'|int ¦ 5|string ¦ none|string ¦ l|string ¦ ['a']|string
'<b>'|e ¦ 'a&"\''|escape ¦ '<'|safe ¦ '<'|safe + '>' ¦ ('<'|safe) + '>' ¦ '>' + ('<'|safe)
('<'|safe) ~ '>' ¦ 'a\nb\n\nc'|indent ¦ 'a\nb'|indent(2, true) ¦ 'a\n\nb'|indent(2, blank=true)
'a\nb'|indent('> ') ¦ 'a\n'|indent ¦ ''|indent ¦ ''|indent(first=true) ¦ none|indent
'a\r\nb'|indent(1) ¦ l|batch(2)|list ¦ l|batch(2, 0)|list ¦ '%s-%s'|format('a', 1)
d|attr('items') is callable ¦ d|attr('a') is defined ¦ s|attr('upper') is callable
'a b-c d_e'|wordcount ¦ l|nope ¦ '<a>'|forceescape ¦ undefined_thing|upper ¦ undefined_thing|int
undefined_thing|float ¦ none|float ¦ 'inf'|float ¦ 'x'|trim|upper|lower ¦ 1.0|string ¦ 'a'|upper()
s|trim|length > 3 ¦ 'ΑΣ'|capitalize ¦ 42.55|round(1) ¦ -42.55|round(1) ¦ 2.675|round(2)
1.005|round(2) ¦ 0.15|round(1) ¦ 0.125|round(2) ¦ 0.375|round(2) ¦ 1e300|round(15) ¦ -0.4|round
-0.05|round(1, 'ceil') ¦ 123456789012345.678|round(2) ¦ '0x1A'|int ¦ '0x1p3'|float
'nan(1)'|float ¦ 'नमस्ते x²y'|wordcount ¦ {'a': 1}.get(undefined_thing, 'x')
undefined_thing in {'a': 1} ¦ {undefined_thing: 1} ¦ {undefined_thing: 1}|tojson
[undefined_thing, other_thing]|unique|list|length ¦ names|map('upper')|map('lower')|list
[['a', 'b'], ['c']]|map('join', ',')|join(';') ¦ [[1, 2], [3]]|sum(start=[]) ¦ names|min
[{'a': {'b': 2}}, {'a': {'b': 1}}]|sort(attribute='a.b') ¦ [{'a': {'b': 2}}]|map(attribute='a.b')|list
[[1, 2], [3, 4]]|map(attribute=0)|list ¦ users|selectattr('on', 'sameas', true)|list|length
users|selectattr('n', 'in', 'bob')|list|length ¦ names|unique(case_sensitive=true)|list ¦ names|min(true)
'a\nb'|indent(width=3, first=true) ¦ 'a\n\nb\n'|indent(2, true, true) ¦ 'a'|replace('a', 'b', count=0)
0.1|round(15) ¦ -0.0|round ¦ 42.55|round(1, 'floor') ¦ '+5'|int ¦ '5.'|float ¦ 'nan'|float
names|map('replace', 'b', '')|map('length')|list ¦ users|sum(attribute='age', start=1.5) ¦ '1e3'|int
{'b': 1, 'a': 2}|dictsort(false, 'value') ¦ users|min(attribute='n') ¦ ['b', 'B', 'a']|max
""",
    "tojson": r"""
1 ¦ 1.0 ¦ 1e16 ¦ 1e-5 ¦ true ¦ none ¦ 'a' ¦ 'é"\\/\n\t\r\x08\x0c\x01\x7f' ¦ '😀' ¦ '<&>' ¦ nfd ¦ l
(1, 2) ¦ d ¦ {} ¦ [] ¦ [[]] ¦ {'a': {}} ¦ {1: 2, true: 3} ¦ {none: 1, 1.5: 2} ¦ range(3)
undefined_thing ¦ d.keys() ¦ '\u2028'
""",
    "test": r"""
x is defined ¦ l is defined ¦ undefined_thing is undefined ¦ none is none ¦ l is none
s is string ¦ l is string ¦ d is mapping ¦ l is mapping ¦ l is iterable ¦ s is iterable
1 is iterable ¦ none is iterable ¦ l is sequence ¦ s is sequence ¦ d is sequence ¦ 1 is sequence
undefined_thing is sequence ¦ undefined_thing is iterable ¦ d.items() is sequence
d.items() is iterable ¦ range(2) is sequence ¦ (l|map('abs')) is sequence ¦ 1 is number
1.5 is number ¦ true is number ¦ '1' is number ¦ 1 is integer ¦ true is integer ¦ 1.0 is integer
1.0 is float ¦ 1 is float ¦ true is boolean ¦ 1 is boolean ¦ true is true ¦ 1 is true
false is false ¦ 0 is false ¦ 3 is odd ¦ 4 is even ¦ 6 is divisibleby 3 ¦ 6 is divisibleby(4)
1 is eq 1 ¦ 1 is equalto 2 ¦ 1 is ne 2 ¦ 2 is gt 1 ¦ 2 is ge 2 ¦ 1 is lt 2 ¦ 1 is le 0
1 is in [1] ¦ 'a' is in 'abc' ¦ 3 is not odd ¦ 1 is not none ¦ 'abc' is lower ¦ 'ABC' is upper
'aB' is lower ¦ range is callable ¦ s is callable ¦ s.upper is callable ¦ none is sameas none
true is sameas true ¦ '<' is escaped ¦ ('<'|safe) is escaped ¦ 1 is nope ¦ x is not defined and 1
l is defined and l|length > 2 ¦ not x is defined ¦ x is defined or 5 ¦ 'a' is odd ¦ 1 is eq(1)
1 is == 1 ¦ x.y is defined ¦ d.zz is defined ¦ d.zz is not none ¦ d.zz is none ¦ 3.0 is odd
2.5 is even ¦ 4.0 is even ¦ -3 is odd ¦ 7.5 is divisibleby 2.5 ¦ undefined_thing is odd
1 is number is defined ¦ not s is string ¦ 1 + 1 is eq 2 ¦ 2 * 3 is divisibleby 2 ¦ 'a' ~ 'b' is string
l is iterable and l is not string and l is not mapping ¦ d.b is defined and d.b is eq 1
3 is not in [3] ¦ true == s is defined ¦ s is defined | string ¦ l|length is gt 2 ¦ namespace() is mapping
[1 is number, 2 is string] ¦ undefined_thing is callable ¦ -4.0 % 2 ¦ 4.0 % -2 ¦ -0.0 // 2
""",
    "call": r"""
range(3)|list ¦ range(1, 4)|list ¦ range(5, 0, -2)|list ¦ range(0)|list ¦ range(3) ¦ range(1, 3)
range(0, 4, 2) ¦ range(1, 2, 0) ¦ range('a') ¦ range() ¦ dict(a=1, b=2) ¦ dict({'a': 1}, b=2)
dict([('a', 1)]) ¦ dict(1) ¦ namespace(a=1).a ¦ namespace({'a': 2}).a ¦ namespace().q
namespace().q is defined|nope() ¦ l() ¦ s.upper()() ¦ raise_exception('no')
strftime_now('%Y-%m-%d') ¦ strftime_now('%d %b %Y %H:%M:%S')
strftime_now('%B %A %a %y %j %I %p %% %-d %-m') ¦ strftime_now('%F %T %e %w') ¦ range(2, a=1)
strftime_now('%c') ¦ strftime_now('%U %W %V %G %u') ¦ strftime_now('%-d %-H %-I %-j')
strftime_now('%_d %^a %#p %P') ¦ strftime_now('%Z|%z') ¦ strftime_now(format='%d') ¦ strftime_now('é %d 日')
strftime_now() ¦ strftime_now('%Y')|int - 1 ¦ range(9223372036854775800, 9223372036854775807, 5)|list
range(100001) ¦ range(0, -5)|list ¦ dict(a=1)['a'] ¦ dict(a=1).a ¦ range(10)[2:4]|list|length
""",
}

# Sources as they are: whitespace control, statements, scoping.
TEMPLATES = {
    "whitespace": [
        "a\n", "a\n\n", "\na", "a {{ 1 }} b", "a {{- 1 -}} b", "a\n{%- if 1 %}\nb\n{%- endif %}\nc",
        "{% if 1 %}\n  a\n{% endif %}\nb", "  {% if 1 %}  \n  a\n  {% endif %}  \nb", "x  {% if 1 %}a{% endif %}",
        "  {%+ if 1 %}a{% endif %}", "{% if 1 +%}\na{% endif %}", "{# c #}\na", "  {# c #}  \na", "a {#- c -#} b",
        "{{ 1 }}\nb", "  {{ 1 }}", "  {{- 1 }}", "{% set x = 1 %}\n\n{{ x }}", "{% raw %}{{ x }}{% endraw %}",
        "{% raw -%}  {{ x }}  {%- endraw %}", "{% raw %}\n{% if %}\n{% endraw %}\nz", "  {% raw %}  a\n  {% endraw %}",
        "a\r\nb\rc\n", "{% if 1 %}\r\na{% endif %}", "{{ 'a\r\nb' }}", "{{ '{{' }}{{ '%}' }}", "{{ {'a': {'b': 1}}['a']['b'] }}",
        "{{ {'a': {}} }}", "a{{ '' }}b", "{%- for i in [1, 2] -%}\n {{ i }} \n{%- endfor -%}", "\t{% if 1 %}a{% endif %}",
        "a\n \t{% if 1 %}b{% endif %}", "a\u00a0{%- if 1 %}b{% endif %}", "{{ 1 }}\n\n", "{%if 1%}a{%endif%}", "{{1}}{{-2}}{{+3}}",
        "{# {{ x }} {% if %} #}a", "{#a#}{#b#}", "a{# #}\n{# #}\nb", "{{ \"a\nb\" }}", "{% if 1 %}{% endif %}\n{% if 1 %}{% endif %}\nx",
        "x {%- raw %} y {% endraw -%} z", "{{ 'a' -}}\n\n{{- 'b' }}", "  a  {% set x = 1 -%}  b", "{%- set x = 1 +%}\nb",
        "  \n  {%- if 1 %}a{% endif %}", "  {#- c #}a", "x\n  {#+ c #}a", "a  {%- raw -%}  {% if %} {%- endraw %}  b", "{% raw %}\n\n{{ x }}\n{% endraw %}\n\na",
        "{%raw%}{#x#}{%endraw%}", "{% raw +%}\na{% endraw %}", "{%-raw-%} x {%-endraw-%} y", "x\n  {%+ raw %} a {% endraw +%}\ny", "{%\nraw\n%}a{%\nendraw\n%}\nb", "{% rawx %}", "{% raw x %}{% endraw %}", "{% if true +%}\na\n{%+ endif %}\nb",
        "{%- for i in [1, 2] -%}\n  {{ i }}\n{%- if not loop.last %},{% endif %}\n{%- endfor %}\n", "a\x0b\n {% if true %}b{% endif %}", "\u3000{% if true %}b{% endif %}", "a {#+ x +#}\n b", "  {# a\nb\n c #}  \nz", "{% set x -%}  a  {%- endset %}[{{ x }}]", "{% filter trim -%}  a  {%- endfilter %}",
    ],
    "statement": [
        "{% if 0 %}a{% elif 1 %}b{% else %}c{% endif %}", "{% if 0 %}a{% elif 0 %}b{% else %}c{% endif %}", "{% if nope %}a{% endif %}",
        "{% for i in [1, 2] %}{{ i }}{% endfor %}", "{% for i in [] %}a{% else %}e{% endfor %}", "{% for a, b in [[1, 2], (3, 4)] %}{{ a }}-{{ b }};{% endfor %}",
        "{% for a, b in [[1]] %}{% endfor %}", "{% for k in {'x': 1, 'y': 2} %}{{ k }}{% endfor %}", "{% for k, v in {'x': 1}.items() %}{{ k }}{{ v }}{% endfor %}",
        "{% for c in 'ab' %}{{ c }}.{% endfor %}", "{% for i in none %}{% endfor %}", "{% for i in nope %}x{% else %}e{% endfor %}", "{% for i in 5 %}{% endfor %}",
        "{% for i in [1, 2, 3] if i != 2 %}{{ loop.index }}{{ i }}{{ loop.last }}{% endfor %}", "{% for i in [1] if i > 5 %}a{% else %}e{% endfor %}",
        "{% for i in 'abc' %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }};{% endfor %}",
        "{% for i in 'abc' %}[{{ loop.previtem }}{{ i }}{{ loop.nextitem }}]{% endfor %}", "{% for i in 'abc' %}{{ loop.previtem is defined }}{{ loop.nextitem is undefined }}{% endfor %}",
        "{% for i in 'ab' %}{{ loop.previtem.x }}{% endfor %}", "{% for i in 'abc' %}{{ loop.cycle('x', 'y') }}{% endfor %}", "{% for i in 'ab' %}{% for j in 'cd' %}{{ loop.depth }}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}",
        "{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}", "{% for i in [1] %}{% break %}{% else %}e{% endfor %}",
        "{% for i in [1, 2] %}{% for j in [] %}{% else %}{% continue %}{% endfor %}{{ i }}{% endfor %}.", "{% for i in [1, 2] %}{% filter upper %}a{% if i == 1 %}{% continue %}{% endif %}{% endfilter %}{{ i }}{% endfor %}.",
        "{% for i in [1, 2] %}{% set x %}a{% if i == 2 %}{% break %}{% endif %}{% endset %}{{ x }}{{ i }}{% endfor %}.",
        "{% for i in [[1, [2, 3]]] %}{% set a, (b, c) = i %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for (a, b) in [(1, 2)] %}{{ a }}{{ b }}{% endfor %}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = 1, 2 %}{{ a }}", "{% set a, b = 1 %}",
        "{% set x %}a{{ 1 }}b{% endset %}[{{ x }}]", "{% set x | upper %}a{% endset %}{{ x }}", "{% set x | trim | upper %} a {% endset %}[{{ x }}]", "{% set ns = namespace(a=1) %}{% set ns.a = 2 %}{% set ns.b = 3 %}{{ ns.a }}{{ ns.b }}",
        "{% set d = {} %}{% set d.a = 1 %}", "{% set ns.a = 1 %}", "{% set ns = namespace(x=[]) %}{% for i in [1, 2] %}{% set ns.x = ns.x + [i] %}{% endfor %}{{ ns.x }}",
        "{% filter upper %}a{{ 'b' }}{% endfilter %}", "{% filter replace('a', 'b') | upper %}aca{% endfilter %}", "{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}", "{% set a = 5 %}{% with a = 1, b = a %}{{ b }}{% endwith %}",
        "{% generation %}a{{ 1 }}{% endgeneration %}", "{% set x = 1 %}{% generation %}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}", "{% print 1 %}", "{% print 'a', 'b' %}", "{% print (1, 2), nope, 3 %}", "{% print 1, %}", "{% print 1 if true %}", "{{ 1, 2 }}", "{% if 1, %}a{% endif %}", "{% if () %}a{% else %}b{% endif %}",
        "{% for x in 1, 2 %}{{ x }}{% endfor %}", "{% for x in [1, 2] | reverse %}{{ x }}{% endfor %}", "{% if 1: %}a{% endif %}", "{% for x in [1]: %}{{ x }}{% endfor %}", "{% for a in [1,2,3][1:] %}{{ a }}{% endfor %}",
        "{% if [] | select %}gen{% endif %}", "{% if [1] | select('odd') | list %}list{% endif %}", "{% for i in [3, 1] | sort %}{{ i }}{% endfor %}", "{{ [1, 2] | map('string') | join('+') }}",
        "{% for i in range(2) %}{% for j in range(3) %}{% if j == 1 %}{% break %}{% endif %}{{ i }}{{ j }}{% endfor %}{% endfor %}", "{% for i in range(3) %}{% with %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endwith %}.{% endfor %}",
        "{% for i in [3, 4] %}{% set outer = loop %}{% for j in [1, 2] %}{{ outer.index }}{{ loop.index }}{% endfor %}{% endfor %}", "{% for i in range(5) %}{% if loop.index0 is odd %}{% continue %}{% endif %}{{ i }}{{ loop.previtem }}{% endfor %}", "{% for x in [1] %}{{ loop['index'] }}{{ loop.nope is defined }}{% endfor %}",
        "{% for i in 'abcd' if i > 'a' %}{{ loop.length }}{{ loop.first }}{{ i }}{% endfor %}", "{% for k, v in {'a': 1, 'b': 2}|dictsort(reverse=true) %}{{ k }}{{ v }}{% endfor %}", "{% for i in [] %}{% else %}{{ loop is defined }}{% endfor %}", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a + ns.b }}{{ ns.c is defined }}",
        "{% set ns = namespace(a=1) %}{% set ns.a, x = 2, 3 %}{{ ns.a }}{{ x }}", "{% set ns = namespace(a=1) %}{% set ns.a | upper %}b{{ 1 }}{% endset %}{{ ns.a }}", "{% set ns = namespace(a=1) %}{% set ns['a'] = 2 %}", "{% set ns = namespace(a=1) %}{% macro m(n) %}{% set n.a = 5 %}{% endmacro %}{{ m(ns) }}{{ ns.a }}",
        "{% for i in [1, 2] %}{% set ns = namespace(v=i) %}{% set ns.v = ns.v * 2 %}{{ ns.v }}{% endfor %}", "{% filter upper|replace('A', 'b') %}aba{% endfilter %}", "{% filter indent(width=3, first=true) %}a\nb{% endfilter %}", "{% set x | default('q') %}{% endset %}[{{ x }}]",
        "{% set ns = namespace(i=0) %}{% for a in 'xyz' %}{% set ns.i = ns.i + loop.index %}{% endfor %}{{ ns.i }}", "{% if x is defined and x %}a{% else %}b{% endif %}",
    ],
    "macro": [
        "{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(b=4, a=5) }}", "{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m() }}", "{% macro m() %}x{% endmacro %}{{ m(1) }}", "{% macro m(a) %}{% endmacro %}{{ m(q=1) }}",
        "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(7) }}", "{% macro m(a, a2=[]) %}{{ a2 }}{% endmacro %}{{ m(1) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}", "{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
        "{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}", "{% set x = 1 %}{% macro m() %}{% set x = 2 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}", "{% macro m() %}{{ i }}{% endmacro %}{% for i in [1] %}[{{ m() }}]{% endfor %}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}", "{% macro m(x) %}<{{ caller() }}{{ x }}>{% endmacro %}{% call m(1) %}body{% endcall %}", "{% macro m() %}{{ caller(5) }}{% endmacro %}{% call(v) m() %}v={{ v }}{% endcall %}",
        "{% macro m() %}  a  {% endmacro %}[{{ m() | trim }}]", "{% set ns = namespace(n=0) %}{% macro inc() %}{% set ns.n = ns.n + 1 %}{% endmacro %}{{ inc() }}{{ inc() }}{{ ns.n }}", "{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}{{ m(1) }}", "{{ m() }}{% macro m() %}{% endmacro %}",
        "{% macro m() %}{% for i in 'ab' %}{{ loop.index }}{% endfor %}{% endmacro %}{{ m() }}", "{% macro m(l) %}{{ l | join(',') }}{% endmacro %}{{ m([1, 2]) ~ '!' }}", "{% macro m() %}x{% endmacro %}{% set y = m() %}{{ y | upper }}{{ y is string }}",
        "{% macro m() %}x{% endmacro %}{% call m() %}lost{% endcall %}", "{% macro m() %}x{% endmacro %}{{ m(caller=1) }}", "{% macro m(a) %}<{{ caller(a, b=2) }}>{% endmacro %}{% call(x, b) m('q') %}{{ x }}{{ b }}{% endcall %}", "{% macro m() %}{% if 0 %}{{ caller() }}{% endif %}x{% endmacro %}{% call m() %}{% endcall %}",
        "{% macro m() %}{% for i in [1, 2] %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) m() %}[{{ i }}]{% endcall %}", "{% macro m(x) %}{{ caller() }}{% endmacro %}{% call m(1) %}{% call m(2) %}in{% endcall %}out{% endcall %}", "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}{% call m() %}{% endcall %}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% set z = 3 %}{% call m() %}{{ z }}{% set z = 4 %}{{ z }}{% endcall %}{{ z }}", "{% macro m() %}{{ caller() }}{% endmacro %}{% call(a=5) m() %}{{ a }}{% endcall %}", "{% macro m(a, b=1, c=2) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1, c=5) }}{{ m(c=1, a=2) }}",
        "{% macro m(x=[]) %}{{ x + [1] }}{% endmacro %}{{ m() }}{{ m() }}", "{% set q = 1 %}{% macro m() %}{{ q }}{% endmacro %}{% with q = 2 %}{{ m() }}{% endwith %}{% set q = 3 %}{{ m() }}", "{% macro m() %}{{ caller() }}{% endmacro %}{% macro o() %}{% call m() %}[{{ caller() }}]{% endcall %}{% endmacro %}{% call o() %}x{% endcall %}",
        "{% macro m() %}{% endmacro %}{{ m.name }}", "{% macro m(a=1, b) %}{% endmacro %}", "{% if 1 %}{% macro m() %}z{% endmacro %}{% endif %}{{ m() }}", "{% for i in [1, 2] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}", "{% macro m(x) %}{{ x() }}{% endmacro %}{% macro k() %}K{% endmacro %}{{ m(k) }}",
    ],
    "scope": [
        "{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}", "{% for i in [1] %}{% set y = 2 %}{% endfor %}[{{ y }}]", "{% set x = 1 %}{% if 1 %}{% set x = 2 %}{% endif %}{{ x }}", "{% for i in [1, 2] %}{% set x = (x or 0) + i %}{{ x }}{% endfor %}",
        "{% for i in [1, 2] %}{{ i }}{% endfor %}[{{ i }}]", "{% set i = 9 %}{% for i in [1, 2] %}{{ i }}{% endfor %}{{ i }}", "{% set x = 1 %}{% for i in [1, 2, 3] %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}", "{% set x = 1 %}{% set b %}{% set x = 2 %}{{ x }}{% endset %}{{ b }}{{ x }}",
        "{% set x = 1 %}{% filter upper %}{% set x = 2 %}{{ x }}{% endfilter %}{{ x }}", "{% set x = 1 %}{% with %}{% set x = 2 %}{{ x }}{% endwith %}{{ x }}", "{{ loop }}", "{% for i in [1] %}{% endfor %}{{ loop is defined }}", "{{ x }}{% set x = 1 %}{{ x }}",
        "{% if 0 %}{% set bos_token = 'x' %}{% endif %}{{ bos_token }}", "{% set bos_token = bos_token ~ '!' %}{{ bos_token }}", "{% for i in [1] %}{% if 1 %}{% set q = 5 %}{% endif %}{{ q }}{% endfor %}[{{ q }}]", "{% set a = 1 %}{% for i in [1] %}{% for j in [1] %}{% set a = a + 1 %}{{ a }}{% endfor %}{{ a }}{% endfor %}{{ a }}",
        "{% for x in [1, 2] if x > base %}{{ x }}{% endfor %}", "{% set range = 5 %}{{ range }}", "{{ flag }}{{ none_value is none }}{{ count + 1 }}", "{% for bos_token in [1] %}{{ bos_token }}{% endfor %}{{ bos_token }}",
    ],
    "syntax error": [
        "{{", "{{ 1", "{% if 1 %}", "{% endif %}", "{% for %}", "{{ 1 + }}", "{{ (1 }}", "{{ 1) }}", "{{ [1, 2 }}", "{{ 'a }}", "{# a", "{% raw %}x", "{% nope %}", "{% set 1 = 2 %}", "{% set true = 2 %}", "{{ a. }}", "{{ a.'b' }}", "{{ a[ }}", "{{ a b }}", "{{ }}",
        "{% if %}a{% endif %}", "{% for a in %}{% endfor %}", "{{ 1 is }}", "{{ 1 | }}", "{{ f(a=1, 2) }}", "{{ 08 }}", "{% macro %}{% endmacro %}", "{% macro m %}{% endmacro %}", "{% call 1 %}{% endcall %}", "{% for i in [1] %}{% endif %}", "{% else %}", "{{ {'a' 1} }}", "{{ $ }}", "{% set x = %}",
        "{% elif 1 %}", "{{ 'a' is string is string }}", "{% filter %}{% endfilter %}", "{{ a ? b : c }}", "{{ a && b }}", "{{ !a }}", "{{ '\\x4' }}", "{% with a %}{% endwith %}", "{% break", "{{ not }}", "{{ 1 if }}", "{% if 1 %}{% else %}{% else %}{% endif %}",
    ],
}

CONTEXT = {"bos_token": "<s>", "flag": True, "none_value": None, "count": 41, "base": 1}


def snippets():
    """Group, prelude, source and context of each snippet."""
    for group, text in EXPRESSIONS.items():
        for expression in re.split(" ¦ |\n", text.strip()):
            if group != "tojson":
                yield group, PRELUDE, "{{ " + expression + " }}", {}
                continue
            for options in TOJSON_OPTIONS:
                yield group, PRELUDE, "{{ (" + expression + ")|tojson" + options + " }}", {}
    for group, sources in TEMPLATES.items():
        for source in sources:
            yield group, "", source, CONTEXT
