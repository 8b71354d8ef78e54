-- The requests of one measurement by wrk, and the check of every response.
-- Arguments after `--`: see `arguments` in tests/bench/scenarios.py. A thread has a state of its own.
local threads = {}
local statuses, make, learn = {}, nil, nil
local step, audience = 1, ""
wrong, reason = 0, ""

function setup(thread)
  table.insert(threads, thread)
end

local function note(text)
  wrong = wrong + 1
  if reason == "" then reason = text end
end

local modes = {}

function modes.same(args)
  make = function() return args[3] end
end

function modes.deletions(args)
  local count, again = tonumber(args[5]:match("%d+")), args[5]:find("again")
  local sent = 0
  make = function()
    if sent == count then
      if not again then note("there were more deletions than the " .. count .. " prepared audiences: --deletions") end
      sent = 0
    end
    sent = sent + 1
    return args[3] .. string.format("d%023x", sent - 1) .. args[4]
  end
end

-- One connection a thread: a request depends on the response to the one before. wrk calls `request` once more at
-- first, so that only a response may lead to the next step.
function modes.flow(args)
  local methods = { args[3], args[4], args[5], args[4], args[5] }
  make = function()
    return step == 1 and args[3] or methods[step] .. audience .. args[6]
  end
  learn = function(body)
    if step == 1 then
      audience = body:match('"id": ?"(%x+)"')
      if not audience then
        note("no identifier was in the answer " .. body:sub(1, 200))
        audience = ""
      end
    end
    step = step % #statuses + 1
  end
end

function init(args)
  for status in args[2]:gmatch("%d+") do table.insert(statuses, tonumber(status)) end
  modes[args[1]](args)
end

function request()
  return make()
end

function response(status, _, body)
  if status ~= statuses[step] then
    note("status " .. statuses[step] .. " was expected, and " .. status .. " came: " .. body:sub(1, 200))
  end
  if learn then learn(body) end
end

function done(summary, latency)
  local total, first = 0, ""
  for _, thread in ipairs(threads) do
    total = total + thread:get("wrong")
    if first == "" then first = thread:get("reason") end
  end
  local errors = summary.errors
  io.write(string.format("bench %d %d %d %d %d %d %d %d %s\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), errors.connect, errors.read + errors.write, errors.timeout,
    total, (first:gsub("%s+", " "))))
end
