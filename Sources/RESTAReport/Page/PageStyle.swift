enum PageStyle {
  /// The sheet; free of `<` and `&`, so that it is the same in HTML and XML.
  static let sheet: Markup = .fixed(
    """
    :root{color-scheme:light dark;--paper:#ffffff;--ink:#1f2328;--quiet:#57606a;--rule:#d0d7de;
    --wash:#f6f8fa;--link:#0a58a8;--warn:#fff6e0;--warnrule:#b88700}
    @media (prefers-color-scheme:dark){:root{--paper:#0f1317;--ink:#e6edf3;--quiet:#a4adb6;
    --rule:#30363d;--wash:#171c22;--link:#79b8ff;--warn:#2c2410;--warnrule:#d6a52c}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);
    font:16px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif}
    main,header,footer{max-width:1080px;margin:0 auto;padding:0 20px}
    header{padding-top:28px}
    footer{padding-bottom:48px;color:var(--quiet);font-size:14px}
    h1{font-size:28px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
    h2{font-size:21px;line-height:1.3;margin:44px 0 10px;padding-top:12px;
    border-top:1px solid var(--rule)}
    h3{font-size:16.5px;margin:26px 0 8px;overflow-wrap:anywhere}
    p,ul,ol{max-width:76ch;margin:10px 0}
    li{margin:5px 0}
    a{color:var(--link)}
    :focus-visible{outline:2px solid var(--link);outline-offset:2px}
    .skip{position:absolute;left:-9999px}
    .skip:focus{left:12px;top:8px;background:var(--paper);padding:4px 10px}
    .subtitle,.note,figcaption{color:var(--quiet)}
    nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:2px 18px;font-size:14.5px;
    max-width:none}
    nav li{margin:0}
    .warnings{background:var(--warn);border-left:4px solid var(--warnrule);padding:8px 18px;
    margin:18px 0}
    .warnings h3{margin:4px 0}
    .scroll{overflow-x:auto;max-width:100%}
    table{border-collapse:collapse;margin:16px 0 6px;font-size:14px;line-height:1.35;
    font-variant-numeric:tabular-nums;border-bottom:1.5px solid var(--ink)}
    caption{text-align:left;font-size:14.5px;font-weight:600;padding:0 0 8px;
    position:sticky;left:0;max-width:min(76ch,90vw)}
    tbody th[scope=row],thead th:first-child{position:sticky;left:0;background:var(--paper)}
    body{counter-reset:table figure}
    caption::before{counter-increment:table;content:"Table " counter(table) ". "}
    figcaption::before{counter-increment:figure;content:"Figure " counter(figure) ". ";
    font-weight:600;color:var(--ink)}
    thead span{display:inline-block;max-width:9.5em}
    thead th{border-top:1.5px solid var(--ink);border-bottom:1px solid var(--ink);
    vertical-align:bottom;font-weight:600}
    th,td{padding:5px 14px 5px 0;text-align:left;vertical-align:top}
    th:last-child,td:last-child{padding-right:2px}
    tbody tr+tr th,tbody tr+tr td{border-top:1px solid var(--rule)}
    tbody th{font-weight:500;min-width:9em;max-width:22em;overflow-wrap:anywhere}
    tr.group th{font-weight:600;background:var(--wash);padding:5px 8px;max-width:none;
    border-top:1px solid var(--rule)}
    .num{text-align:right}
    td.num{white-space:nowrap}
    .num b{font-weight:600}
    .ci,small,.num small{color:var(--quiet)}
    small{font-size:12px}
    .nowrap{white-space:nowrap}
    td.hash,.hash{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:12px;
    overflow-wrap:anywhere}
    td .hash{display:inline-block;min-width:19em}
    td .wide{display:inline-block;min-width:22em}
    .note{font-size:13.5px;margin:4px 0 14px}
    figure{margin:18px 0}
    figcaption{font-size:14px;max-width:86ch;margin-top:6px}
    svg.figure{display:block;width:100%;height:auto}
    svg.bar{display:inline-block;width:168px;min-width:168px;height:18px;vertical-align:-3px}
    .swatch{white-space:nowrap;margin-right:14px}
    .swatch svg.bar{width:26px;min-width:26px;height:14px;vertical-align:-2px}
    .legend{font-size:14px}
    dl{display:grid;grid-template-columns:minmax(9em,max-content) 1fr;gap:5px 22px;
    font-size:14.5px;margin:14px 0}
    dt{color:var(--quiet)}
    dd{margin:0;overflow-wrap:anywhere;min-width:0}
    dl.guide{grid-template-columns:minmax(8em,12em) minmax(0,66ch)}
    dl.guide dt{color:var(--ink);font-weight:600}
    pre{background:var(--wash);border:1px solid var(--rule);padding:10px 14px;font-size:13px;
    line-height:1.45;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext;
    font-family:ui-monospace,"DejaVu Sans Mono",monospace;margin:8px 0}
    article{border:1px solid var(--rule);padding:10px 16px;margin:14px 0}
    article h3{margin:0 0 6px}
    article h4{font-size:13px;margin:8px 0 2px;color:var(--quiet);font-weight:600}
    article dl{margin:8px 0 4px}
    .redacted{color:var(--quiet);font-style:italic}
    summary{cursor:pointer;font-size:14.5px;color:var(--link);margin:8px 0}
    @media (max-width:640px){body{font-size:15px}main,header,footer{padding-left:14px;
    padding-right:14px}dl,dl.guide{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}
    tbody th{min-width:7.5em}}
    @media print{
    :root{color-scheme:light;--paper:#ffffff;--ink:#000000;--quiet:#444c54;--rule:#c4cad0;
    --wash:#f4f5f7;--link:#000000;--warn:#ffffff;--warnrule:#000000}
    body{font-size:10.5pt}
    main,header,footer{max-width:none;padding-left:0;padding-right:0}
    nav,.skip{display:none}
    .scroll{overflow:visible}
    caption{position:static;max-width:76ch}
    tbody th[scope=row],thead th:first-child{position:static}
    table{font-size:8.5pt}
    small{font-size:7.5pt}
    svg.bar{width:104px;min-width:104px;height:11px}
    th,td{padding-right:8px}
    tbody th{min-width:8em}
    td .hash,td .wide{min-width:0}
    thead{display:table-header-group}
    tr,figure,article,li{break-inside:avoid}
    h2,h3,caption{break-after:avoid}
    details::details-content{content-visibility:visible;display:block}
    pre{font-size:8pt}
    @page{size:A4;margin:16mm 14mm}
    }
    """)
}
