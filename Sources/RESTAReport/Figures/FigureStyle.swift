/// The style sheet of all figures.
///
/// Colours are written out instead of named once: programs that turn an SVG file into a PDF know
/// classes and `currentColor`, and no custom properties. The series' colours have a contrast of at
/// least 3 : 1 with the paper and differ in lightness too; every series has its own mark besides.
enum FigureStyle {
  /// The sheet; free of `<` and `&`, so that it is the same in HTML and XML.
  static let sheet: Markup = .fixed(
    """
    .figure{font:12px system-ui,-apple-system,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif}
    .figure text{fill:#1f2328}
    .figure .paper{fill:#ffffff}
    .figure .small{font-size:10.5px}
    .figure .quiet{fill:#57606a}
    .figure .strong{font-weight:600}
    .figure .label{font-weight:600;paint-order:stroke;stroke:#ffffff;stroke-width:3px;
    stroke-linejoin:round}
    .figure .grid{stroke:#d8dee4;stroke-width:1;fill:none}
    .figure .axis{stroke:#57606a;stroke-width:1;fill:none}
    .figure .diagonal{stroke:#57606a;stroke-width:1.5;stroke-dasharray:6 4;fill:none}
    .figure .leader{stroke:#8c959f;stroke-width:0.75;fill:none}
    .figure .line{stroke:currentColor;stroke-width:1.75;fill:none}
    .figure .interval{stroke:currentColor;stroke-width:1.25;fill:none}
    .figure .faint{opacity:0.55}
    .figure .mark{fill:currentColor;stroke:#ffffff;stroke-width:0.75}
    .figure .ring{fill:none;stroke:#1f2328;stroke-width:1.25}
    .figure .wash{fill:#57606a;opacity:0.08}
    .figure .s0{color:#1f2328}
    .figure .s1{color:#0060a8}
    .figure .s2{color:#c44e00}
    .figure .s3{color:#00795a}
    .figure .s4{color:#a3417f}
    .figure .s5{color:#8a6500}
    .figure .s6{color:#3d84c6}
    .figure .s7{color:#6e4fb0}
    .figure .refused{fill:#0060a8}
    .figure .complied{fill:#e07b39}
    .figure .incoherent{fill:#9a9fa6}
    .figure .unscored{fill:#ffffff;stroke:#57606a;stroke-width:1}
    .figure .hatch{stroke:#1f2328;stroke-width:1;fill:none;opacity:0.55}
    .figure .on-refused{fill:#ffffff}
    .figure .on-complied,.figure .on-incoherent{fill:#14171a}
    .figure .m1{fill:#d3e4f3}
    .figure .m2{fill:#a5cae8}
    .figure .m3{fill:#6ba8d6}
    .figure .m4{fill:#3180be}
    .figure .m5{fill:#0b4f8a}
    .figure .tie{fill:#c44e00}
    @media (prefers-color-scheme:dark){
    .figure text{fill:#e6edf3}
    .figure .paper{fill:#0f1317}
    .figure .quiet{fill:#a4adb6}
    .figure .label{stroke:#0f1317}
    .figure .grid{stroke:#2b3138}
    .figure .axis,.figure .diagonal{stroke:#a4adb6}
    .figure .leader{stroke:#6e7781}
    .figure .mark{stroke:#0f1317}
    .figure .ring{stroke:#e6edf3}
    .figure .wash{fill:#a4adb6}
    .figure .s0{color:#e6edf3}
    .figure .s1{color:#58aef2}
    .figure .s2{color:#ff9054}
    .figure .s3{color:#43cfa5}
    .figure .s4{color:#e58fc4}
    .figure .s5{color:#e0b64b}
    .figure .s6{color:#a5d4ff}
    .figure .s7{color:#b79cf3}
    .figure .refused{fill:#58aef2}
    .figure .complied{fill:#f0965c}
    .figure .incoherent{fill:#7d858e}
    .figure .unscored{fill:#0f1317;stroke:#a4adb6}
    .figure .hatch{stroke:#0f1317}
    .figure .on-refused,.figure .on-complied,.figure .on-incoherent{fill:#0f1317}
    .figure .m1{fill:#1b2c3d}
    .figure .m2{fill:#1f4568}
    .figure .m3{fill:#2a6ca6}
    .figure .m4{fill:#58a4e4}
    .figure .m5{fill:#b5dcff}
    .figure .tie{fill:#ff9054}
    }
    """)
}
