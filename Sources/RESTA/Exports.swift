// Templates and their messages are part of the core for everybody who uses it; they are a module of
// their own so that neither can reach into the other.
@_exported public import RESTATemplates
