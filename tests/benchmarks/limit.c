/* The practical limit of counting common members on one thread, in C, slice by slice of sorted files.

   All pairs by an inverted index: per slice a hash table gives, for each token, the chain of the files that it was in
   so far; each further file counts once with every one of them. Built by the benchmark with `cc -O3 -march=native`;
   the product has no C. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { uint64_t token; int32_t chain; } Slot;
typedef struct { int32_t file, next; } Seen;

static uint64_t bound(const uint64_t *tokens, uint64_t from, uint64_t size, uint64_t below) {
    uint64_t low = from, high = size;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (tokens[middle] < below) low = middle + 1; else high = middle;
    }
    return low;
}

/* counts[i * files + j] for i < j; returns 0, or 1 where memory is short. */
int count_all(const uint64_t **tokens, const uint64_t *sizes, int files, int bits, int64_t *counts) {
    uint64_t slices = 1ull << bits, total = 0, *at = calloc(files, sizeof *at), *end = malloc(files * sizeof *end);
    Slot *slots = NULL;
    Seen *seen = NULL;
    uint64_t room = 0, held = 0;
    for (int f = 0; f < files; f++) total += sizes[f];
    for (uint64_t slice = 0; slice < slices; slice++) {
        uint64_t here = 0;
        for (int f = 0; f < files; f++) {
            end[f] = slice + 1 == slices ? sizes[f] : bound(tokens[f], at[f], sizes[f], (slice + 1) << (64 - bits));
            here += end[f] - at[f];
        }
        uint64_t wanted = 1024;
        while (wanted < 2 * here) wanted *= 2;
        if (wanted > room) { free(slots); room = wanted; slots = malloc(room * sizeof *slots); }
        if (here > held) { free(seen); held = 2 * here; seen = malloc(held * sizeof *seen); }
        if (!at || !end || !slots || !seen) return 1;
        for (uint64_t i = 0; i < wanted; i++) slots[i].chain = -1;
        int32_t used = 0;
        int shift = 64 - bits - __builtin_ctzll(wanted);
        for (int f = 0; f < files; f++) {
            for (; at[f] < end[f]; at[f]++) {
                uint64_t token = tokens[f][at[f]], slot = (token >> shift) & (wanted - 1);
                while (slots[slot].chain >= 0 && slots[slot].token != token) slot = (slot + 1) & (wanted - 1);
                for (int32_t one = slots[slot].chain; one >= 0; one = seen[one].next)
                    counts[(int64_t)seen[one].file * files + f]++;
                seen[used].file = f;
                seen[used].next = slots[slot].chain;
                slots[slot].token = token;
                slots[slot].chain = used++;
            }
        }
    }
    free(slots); free(seen); free(at); free(end);
    return 0;
}

/* Counts how many tokens file `one` has in common with each: counts[file]; returns 0, or 1 where memory is short.

   Per slice its tokens stand in a table, sixteen places for each, and every token of the others is looked up there.
   0 says that a place is free: the benchmark writes no token 0. */
int count_one(const uint64_t **tokens, const uint64_t *sizes, int files, int one, int bits, int64_t *counts) {
    uint64_t slices = 1ull << bits, *at = calloc(files, sizeof *at), *table = NULL, room = 0;
    if (!at) return 1;
    for (uint64_t slice = 0; slice < slices; slice++) {
        int is_last = slice + 1 == slices;
        const uint64_t below = is_last ? 0 : (slice + 1) << (64 - bits), *mine = tokens[one];
        uint64_t end = is_last ? sizes[one] : bound(mine, at[one], sizes[one], below), wanted = 16;
        while (wanted < 16 * (end - at[one])) wanted *= 2;
        if (wanted > room) { free(table); table = malloc((room = wanted) * sizeof *table); }
        if (!table) return 1;
        memset(table, 0, wanted * sizeof *table);
        for (; at[one] < end; at[one]++) {
            uint64_t place = mine[at[one]] & (wanted - 1);
            while (table[place]) place = (place + 1) & (wanted - 1);
            table[place] = mine[at[one]];
        }
        for (int f = 0; f < files; f++) {
            if (f == one) continue;
            const uint64_t *theirs = tokens[f];
            uint64_t i = at[f], found = 0, stop = is_last ? sizes[f] : bound(theirs, i, sizes[f], below);
            for (; i < stop; i++) {
                uint64_t token = theirs[i], place = token & (wanted - 1);
                while (table[place] != token && table[place]) place = (place + 1) & (wanted - 1);
                found += table[place] == token;
            }
            at[f] = stop;
            counts[f] += found;
        }
    }
    free(table); free(at);
    return 0;
}
