-- What scripts see of Lua, built once in each state: Lua's own libraries without what reaches outside, Redis's
-- modules, and no way to leave anything behind for the next script. Lua 5.1 has no read-only tables, so scripts get
-- views: empty tables that read from the real ones and refuse writes. `host` holds functions of the server.
--
-- Everything that a script could call is taken into locals first: whatever it does to its environment, this code
-- works on what it took.

local host, modules = ...

local raw = getfenv(0)
local getinfo, sethook = debug.getinfo, debug.sethook
local error, type, next, pairs, pcall, tostring = error, type, next, pairs, pcall, tostring
local setmetatable, running = setmetatable, coroutine.running

local SOURCE = getinfo(1, 'S').source
local INSTRUCTIONS_BETWEEN_LOOKS = 100000

-- ---- views ----

local originals = host.originals -- of each view the table behind it

local function view(original)
  local shown = {}
  originals[shown] = original
  return setmetatable(shown, { __index = original, __newindex = host.refuse_write })
end

-- ---- errors ----

-- Notes where in the script an error came from, the way Redis does.
local function on_error(err)
  local level = 2
  local place = getinfo(level, 'nSl')
  if place and place.what == 'C' then
    level = level + 1
    place = getinfo(level, 'nSl')
  end
  local inside = false -- among the functions of this file, some of which call one another last
  while place and (place.source == SOURCE or inside and place.what == 'tail') do
    inside = true
    level = level + 1
    place = getinfo(level, 'nSl')
  end
  if type(err) ~= 'table' then
    err = { err = 'ERR ' .. tostring(err) }
  end
  if place then
    err['source'] = place.source
    err['line'] = place.currentline
  end
  return err
end

-- Errors of commands are tables; a script that catches one gets its text, as before Redis 7.
local function caught(ok, ...)
  if not ok then
    local err = ...
    if type(err) == 'table' then
      local text = err.err
      if type(text) == 'string' or type(text) == 'number' then
        return false, text
      end
    end
  end
  return ok, ...
end

local function script_pcall(...)
  return caught(pcall(...))
end

-- ---- being interrupted ----

local function look()
  local reason = host.reason_to_stop()
  if reason then
    sethook(look, 'l') -- a script that catches the error is interrupted again in its next line
    error(reason, 0)
  end
end

local threads = setmetatable({}, { __mode = 'k' }) -- the coroutines that the present script has made
local made_threads = false

-- The body of a coroutine that can be interrupted: hooks are each thread's own.
local function interruptible(body)
  return function(...)
    sethook(look, '', INSTRUCTIONS_BETWEEN_LOOKS)
    threads[running()] = true
    made_threads = true
    return body(...)
  end
end

local newthread, newwrapped = coroutine.create, coroutine.wrap

local function create(body)
  return newthread(interruptible(body))
end

local function wrap(body)
  return newwrapped(interruptible(body))
end

-- ---- the globals ----

local globals = {} -- what scripts see as global variables
local environment = view(globals)

for _, name in pairs({ 'assert', 'error', 'next', 'rawequal', 'select', 'tonumber', 'tostring', 'type', 'unpack',
    'xpcall', 'ipairs', 'collectgarbage', 'gcinfo', '_VERSION' }) do
  globals[name] = raw[name]
end
for _, name in pairs({ 'pairs', 'rawget', 'rawset', 'getmetatable', 'setmetatable', 'loadstring', 'load' }) do
  globals[name] = host[name]
end
globals.pcall = script_pcall
globals.__redis__err__handler = on_error
globals._G = environment

string.rep = host.rep
math.random = host.random
math.randomseed = host.randomseed
coroutine.create = host.create
coroutine.wrap = host.wrap
for _, name in pairs({ 'string', 'table', 'math', 'coroutine' }) do
  globals[name] = view(raw[name])
end
globals.os = view({ clock = host.clock })
for name, module in pairs(modules) do
  globals[name] = view(module)
end
local when_missing = { __index = host.missing_global }
setmetatable(globals, when_missing)
host.metatables[environment] = view(when_missing)

local string_metatable = view({ __index = globals.string })
getmetatable('').__index = globals.string

-- ---- libraries of functions ----

local library_globals = {}
local library_lookup = { __index = globals, __newindex = host.refuse_write }
local library_environment = setmetatable({}, library_lookup)
originals[library_environment] = globals
if host.loading then
  library_globals.redis = view(setmetatable(host.loading, { __index = host.missing_global }))
  setmetatable(library_globals, { __index = host.missing_global })
end

-- While the code of a library is loaded, it sees nothing but what registers functions.
local function set_loading(is_loading)
  library_lookup.__index = is_loading and library_globals or globals
end

-- ---- between scripts ----

-- Undoes what the last script may have left: pieces of it that a view or a hook could still reach.
local function clean()
  sethook(look, '', INSTRUCTIONS_BETWEEN_LOOKS)
  for shown in pairs(originals) do
    local key = next(shown)
    while key ~= nil do
      shown[key] = nil
      key = next(shown)
    end
  end
  if made_threads then
    for thread in pairs(threads) do
      sethook(thread)
      raw.java.detach(thread)
      threads[thread] = nil
    end
    made_threads = false
  end
end

clean()
return {
  create = create,
  wrap = wrap,
  on_error = on_error,
  globals = globals,
  environment = environment,
  library_environment = library_environment,
  set_loading = set_loading,
  clean = clean,
  string_metatable = string_metatable,
}
