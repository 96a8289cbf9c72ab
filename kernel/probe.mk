# SPDX-License-Identifier: GPL-2.0
#
# Included by the Kbuild files, after their objects: gpuvf_have.h says what the
# kernel's headers offer, as far as the compiler agrees to the module's probe.c.

probe-src := $(src)/probe.c
probes := $(shell sed -n 's/^.ifdef GPUVF_PROBE_//p' $(probe-src))
probe-cc := $(CC) $(NOSTDINC_FLAGS) $(LINUXINCLUDE) $(KBUILD_CPPFLAGS) \
	    $(KBUILD_CFLAGS) $(KBUILD_CFLAGS_MODULE) -DMODULE \
	    -DKBUILD_MODNAME='"probe"' -DKBUILD_BASENAME='"probe"' \
	    -Wno-missing-prototypes -fsyntax-only $(probe-src)

quiet_cmd_gpuvf_have = PROBE   $@
      cmd_gpuvf_have = { \
	$(probe-cc) || { \
		echo 'gpuvf: $(objtree): these kernel headers compile nothing:' \
		     'install the headers package of the kernel that is built for' >&2; \
		exit 1; \
	}; \
	for probe in $(probes); do \
		$(probe-cc) -DGPUVF_PROBE_$$probe 2> /dev/null && \
			echo "\#define GPUVF_HAVE_$$probe 1" || :; \
	done; } > $@

$(obj)/gpuvf_have.h: $(probe-src) FORCE
	$(call if_changed,gpuvf_have)

targets += gpuvf_have.h
clean-files += gpuvf_have.h
ccflags-y += -I$(obj)
