# sh train.sh RATE MOMENTUM STEPS: gradient descent on a straight line, distance = a + b speed.
# Data: speed (mph) and stopping distance (ft) of 50 cars; Ezekiel 1930, Methods of Correlation Analysis.
# Every fifth car is left out of the training; the error is the root mean square on these.

awk -v rate="$1" -v momentum="$2" -v steps="$3" -v reports="${AYAR_RESULT:-/dev/stderr}" '
{ for (i = 1; i <= NF; i += 2) { n++; x[n] = ($i - 15.4) / 5.3; y[n] = $(i + 1) } }

function error(    i, sum, count) {
    for (i = 5; i <= n; i += 5) { sum += (a + b * x[i] - y[i]) ^ 2; count++ }
    return sqrt(sum / count)
}

END {
    for (step = 1; step <= steps; step++) {
        da = db = count = 0
        for (i = 1; i <= n; i++) if (i % 5) {
            miss = a + b * x[i] - y[i]; da += miss; db += miss * x[i]; count++
        }
        va = momentum * va - rate * da / count; a += va
        vb = momentum * vb - rate * db / count; b += vb
        if (a > 1e6 || a < -1e6) { print "diverged at step " step; print "error=inf"; exit }
        if (step % 10 == 0) printf "{\"step\": %d, \"error\": %.6g}\n", step, error() >> reports
    }
    printf "distance = %.2f + %.2f (speed - 15.4) / 5.3\n", a, b
    printf "error=%.6g\n", error()
}' <<DATA
4 2 4 10 7 4 7 22 8 16 9 10 10 18 10 26 10 34 11 17
11 28 12 14 12 20 12 24 12 28 13 26 13 34 13 34 13 46 14 26
14 36 14 60 14 80 15 20 15 26 15 54 16 32 16 40 17 32 17 40
17 50 18 42 18 56 18 76 18 84 19 36 19 46 19 68 20 32 20 48
20 52 20 56 20 64 22 66 23 54 24 70 24 92 24 93 24 120 25 85
DATA
