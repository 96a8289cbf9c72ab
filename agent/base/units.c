// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers with units. Nothing is guessed: no unit, a leading zero, a fraction
 * of a byte or microsecond, or a sign is an error that says what is expected.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

#define MAX_FRACTION_DIGITS	9
#define MAX_INTEGER_DIGITS	20	/* of 64 bits */
#define NAME_LEN_MAX		31

struct unit {
	const char *name;
	u64 factor;
};

/* the largest comes first */
static const struct unit size_units[] = {
	{ "TiB", 1ULL << 40 },
	{ "GiB", 1ULL << 30 },
	{ "MiB", 1ULL << 20 },
	{ "KiB", 1ULL << 10 },
	{ "B", 1 },
};

static const struct unit time_units[] = {
	{ "s", 1000000 },
	{ "ms", 1000 },
	{ "us", 1 },
};

/* a decimal number: integer + fraction / scale */
struct decimal {
	u64 integer;
	u64 fraction;
	u64 scale;
};

static const char *parse_digits(const char **text, unsigned int max, u64 *value,
				unsigned int *digits)
{
	const char *p = *text;

	*value = 0;
	*digits = 0;
	for (; isdigit((unsigned char)*p); p++) {
		if (++*digits > max)
			return "has too many digits";
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, *p - '0', value))
			return "is too big";
	}
	*text = p;
	return NULL;
}

static const char *parse_decimal(const char **text, struct decimal *d)
{
	const char *why;
	const char *start = *text;
	unsigned int digits;

	d->fraction = 0;
	d->scale = 1;
	why = parse_digits(text, MAX_INTEGER_DIGITS, &d->integer, &digits);
	if (why)
		return why;
	if (!digits)
		return "is not a number";
	if (digits > 1 && *start == '0')
		return "has a leading zero";
	if (**text == ',')
		return "has a comma: decimals are written with a point";
	if (**text != '.')
		return NULL;

	(*text)++;
	why = parse_digits(text, MAX_FRACTION_DIGITS, &d->fraction, &digits);
	if (why)
		return why;
	if (!digits)
		return "has no digit after the point";
	for (; digits; digits--)
		d->scale *= 10;
	return NULL;
}

static const struct unit *find_unit(const struct unit *units, size_t n,
				    const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(units[i].name, name))
			return &units[i];
	return NULL;
}

static const char *parse_quantity(const char *text, const struct unit *units,
				  size_t n, bool round_up, const char *what,
				  const char *fine, u64 *value)
{
	const struct unit *unit;
	__uint128_t product;
	struct decimal d;
	const char *why;

	why = parse_decimal(&text, &d);
	if (why)
		return why;
	while (*text == ' ')
		text++;
	unit = find_unit(units, n, text);
	if (!unit)
		return what;

	if (d.integer > U64_MAX / unit->factor)
		return "is too big";
	product = (__uint128_t)d.integer * d.scale + d.fraction;
	product *= unit->factor;
	/* 1.9GiB is no whole number of bytes, and no GPU divides so finely */
	if (product % d.scale && (!round_up || unit->factor == 1))
		return fine;
	product = (product + d.scale - 1) / d.scale;
	if (product > U64_MAX)
		return "is too big";
	*value = product;
	return NULL;
}

/**
 * parse_size() - a number of bytes with its unit
 * @text: as in 2GiB, 1.9 GiB or 4096B
 * @bytes: result, rounded up to whole bytes
 *
 * Return: NULL, or what is wrong with @text, to be printed behind it.
 */
const char *parse_size(const char *text, u64 *bytes)
{
	return parse_quantity(text, size_units, ARRAY_SIZE(size_units), true,
			      "needs one of the units B, KiB, MiB, GiB, TiB",
			      "is not a whole number of bytes", bytes);
}

/**
 * parse_time() - a number of microseconds with its unit
 * @text: as in 4ms, 0.5ms or 800us
 * @us: result
 *
 * Return: NULL, or what is wrong with @text, to be printed behind it.
 */
const char *parse_time(const char *text, u32 *us)
{
	const char *why;
	u64 value;

	why = parse_quantity(text, time_units, ARRAY_SIZE(time_units), false,
			     "needs one of the units us, ms, s",
			     "is not a whole number of microseconds", &value);
	if (why)
		return why;
	if (value > U32_MAX)
		return "is too long";
	*us = value;
	return NULL;
}

/**
 * parse_number() - a plain number: an index or a count
 * @text: decimal digits only
 * @max: the largest that is good
 * @value: result
 *
 * Return: NULL, or what is wrong with @text, to be printed behind it.
 */
const char *parse_number(const char *text, u32 max, u32 *value)
{
	const char *start = text;
	unsigned int digits;
	const char *why;
	u64 number;

	why = parse_digits(&text, MAX_INTEGER_DIGITS, &number, &digits);
	if (why)
		return why;
	if (!digits || *text)
		return "is not a whole number";
	if (digits > 1 && *start == '0')
		return "has a leading zero";
	if (number > max)
		return "is too big";
	*value = number;
	return NULL;
}

/**
 * check_name() - is this good as a name of a profile, a GPU section, a label?
 * @name: the name
 *
 * Return: NULL, or what is wrong with it, to be printed behind it.
 */
const char *check_name(const char *name)
{
	size_t i;

	if (!*name)
		return "is empty";
	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("._-", name[i]))
			return "has a character outside A-Z a-z 0-9 . _ -";
	if (i > NAME_LEN_MAX)
		return "is longer than 31 characters";
	return NULL;
}

/* the largest unit in which the value needs no more than two decimals */
static const char *format_quantity(char *text, const struct unit *unit,
				   u64 value, const char *gap)
{
	unsigned int hundredths;
	char decimals[8] = "";

	while (unit->factor > 1 &&
	       (value < unit->factor ||
		value % unit->factor * 100 % unit->factor))
		unit++;
	hundredths = value % unit->factor * 100 / unit->factor;
	if (hundredths % 10)
		snprintf(decimals, sizeof(decimals), ".%02u", hundredths % 100);
	else if (hundredths)
		snprintf(decimals, sizeof(decimals), ".%u",
			 hundredths / 10 % 10);
	snprintf(text, UNIT_TEXT, "%llu%s%s%s", value / unit->factor, decimals,
		 gap, unit->name);
	return text;
}

/**
 * format_size() - write a number of bytes exactly, in the largest handy unit
 * @text: UNIT_TEXT bytes for the result
 * @bytes: the number
 * @gap: what stands between number and unit: " " for people, "" for files
 *
 * Return: @text, which parse_size() reads back as @bytes.
 */
const char *format_size(char *text, u64 bytes, const char *gap)
{
	return format_quantity(text, size_units, bytes, gap);
}

/**
 * format_time() - write a number of microseconds exactly, in the handiest unit
 * @text: UNIT_TEXT bytes for the result
 * @us: the number
 * @gap: what stands between number and unit: " " for people, "" for files
 *
 * Return: @text, which parse_time() reads back as @us.
 */
const char *format_time(char *text, u64 us, const char *gap)
{
	return format_quantity(text, time_units, us, gap);
}
