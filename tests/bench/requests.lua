-- Gives wrk the requests of a file, one after the other: each is its length in a line of its own, then its bytes.
-- At the end it says what came of it in one line that begins with RESULT.

local requests = {}
local last = 0

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  while true do
    local size = file:read('*n')
    if not size then break end
    file:read(1)
    requests[#requests + 1] = file:read(size)
  end
  file:close()
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('RESULT %d %d %d %d %d %d\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
