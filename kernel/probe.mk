# SPDX-License-Identifier: GPL-2.0
#
# Included by the Kbuild files, after their objects: gpuvf_have.h says what the
# kernel's headers offer, as far as the compiler agrees to probe.c.

probes := CLASS_WITHOUT_OWNER GENL_INFO_DUMP HRTIMER_SETUP MSI_PARENT MSI_GLOBAL \
	  WORK_BY_CPU IOMMU_OF_BUS IOMMU_PAGING IOMMU_ATTACH_FROM
probe-src := $(patsubst %/probe.mk,%/probe.c,$(lastword $(MAKEFILE_LIST)))
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
