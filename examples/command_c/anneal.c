/* Simulated annealing of a tour through 100 cities: ./anneal --start=1 --end=1e-4 --move=reverse --reach=20
   The cities are the same in every trial, the moves come from the trial's seed (AYAR_SEED).
   Source: Kirkpatrick, Gelatt and Vecchi 1983, Science 220, 671-680. */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CITIES = 100, MOVES = 400000 };

static uint64_t state;
static double X[CITIES], Y[CITIES];
static int tour[CITIES];

static double uniform(void) { /* xorshift64* */
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (double)((state * 2685821657736338717ULL) >> 11) / 9007199254740992.0;
}

static int below(int n) { return (int)(uniform() * n); }

static double way(int i, int j) {
    int a = tour[(i + CITIES) % CITIES], b = tour[(j + CITIES) % CITIES];
    return hypot(X[a] - X[b], Y[a] - Y[b]);
}

static double length(void) {
    double sum = 0;
    for (int i = 0; i < CITIES; i++) sum += way(i, i + 1);
    return sum;
}

static void swap(int i, int j) {
    int city = tour[i];
    tour[i] = tour[j];
    tour[j] = city;
}

static void reverse(int i, int j) { /* the cities from i to j, the other way round */
    for (; i < j; i++, j--) swap(i, j);
}

static const char *option(int count, char **words, const char *name) {
    size_t n = strlen(name);
    for (int i = 1; i < count; i++)
        if (!strncmp(words[i], "--", 2) && !strncmp(words[i] + 2, name, n) && words[i][n + 2] == '=')
            return words[i] + n + 3;
    return NULL;
}

static double needed(int count, char **words, const char *name) {
    const char *text = option(count, words, name);
    if (text) return atof(text);
    fprintf(stderr, "--%s=NUMBER is missing\n", name);
    exit(2);
}

int main(int count, char **words) {
    double start = needed(count, words, "start"), end = needed(count, words, "end");
    const char *move = option(count, words, "move"), *seed = getenv("AYAR_SEED");
    int by_swap = move && !strcmp(move, "swap");
    int reach = by_swap ? 0 : (int)needed(count, words, "reach");

    state = 20260101;
    for (int i = 0; i < CITIES; i++) X[i] = uniform(), Y[i] = uniform(), tour[i] = i;
    state = (seed ? strtoull(seed, NULL, 10) : 0) * 2 + 1;

    double now = length();
    for (int step = 0; step < MOVES; step++) {
        double heat = start * pow(end / start, (double)step / MOVES);
        int i = below(CITIES), j = by_swap ? below(CITIES) : i + 1 + below(reach);
        if (j >= CITIES || i == j) continue;
        double before = by_swap ? length() : way(i - 1, i) + way(j, j + 1);
        by_swap ? swap(i, j) : reverse(i, j);
        double change = (by_swap ? length() : way(i - 1, i) + way(j, j + 1)) - before;
        if (change <= 0 || uniform() < exp(-change / heat))
            now += change;
        else
            by_swap ? swap(i, j) : reverse(i, j);
    }
    printf("{\"length\": %.9f, \"by_adding_up\": %.9f}\n", length(), now);
    return 0;
}
