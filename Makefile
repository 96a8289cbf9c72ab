# SPDX-License-Identifier: GPL-2.0
#
# gpuvf. `make help` says what there is.

PREFIX	?= /usr/local
DESTDIR	?=
KDIR	?= /lib/modules/$(shell uname -r)/build
HEADER	:= $(KDIR)/include/generated/utsrelease.h
GPUS	?= 1
KERNEL	?= 6.12

lab	:= tests/lab
build	:= $(CURDIR)/build

all: modules agent

# fits a terminal of 80 columns: tests/docs/check
help:
	@echo 'On any machine; no GPU is needed, the running kernel stays as it is:'
	@echo '  make demo             the main job on a simulated GPU, in a VM'
	@echo '  make demo-vm          virtual machines on its VFs'
	@echo '  make check            unit tests, VMs on three kernels'
	@echo
	@echo 'For a host with such a GPU:'
	@echo '  make [KDIR=HEADERS]   the modules and gpuvf-agent, into build/'
	@echo '  make install          to /lib/modules and $(PREFIX); PREFIX=, DESTDIR='
	@echo '  make dkms-install     the modules, for each kernel that comes'
	@echo '  make deb              Debian packages, into build/deb'
	@echo
	@echo 'make help-all: all targets, as for who works on gpuvf'

help-all: help
	@echo
	@echo 'Tests:'
	@echo '  make check-quick      unit tests, a short run on 6.12'
	@echo '  make check-all-kernels   all tests in VMs, on each stock kernel'
	@echo '  make check-newest     all tests in VMs, on the newest series alone'
	@echo '  make check-debug [KERNEL=debug-newest]   with KASAN and lockdep'
	@echo '  make check-kcsan      a storm on a kernel that sees data races'
	@echo '  make check-plain      without each capability of the hardware'
	@echo "  make check-guests     amdgpu's own mailbox code as guests; VMs, migration"
	@echo '  make check-planted    faults that unit tests have to find'
	@echo '  make check-prometheus   statistics against the tools of Prometheus'
	@echo '  make check-integrations   libvirt, podman, Slurm, Ansible, udev'
	@echo '  make check-messages   ten million random netlink messages (SEED=N)'
	@echo '  make check-layers     calls between files, unwanted words'
	@echo '  make lint             checkpatch, sparse, W=1, shellcheck'
	@echo '  make storm [SECONDS=N] [MESSAGES=N] [CYCLES=N] [SEED=N] [KERNEL=debug]'
	@echo '                        everything at once, for as long as asked'
	@echo '  make fuzz [FUZZ=NAME...] [FUZZ_SECONDS=60]   what takes input'
	@echo '  make fuzz-kernel [FUZZ_SECONDS=60] [SEED=N]   the netlink family,'
	@echo '                        guided by coverage'
	@echo '  make coverage         lines and branches that the tests run'
	@echo '  make bench [BENCH=NAME...]   measurements, in virtual time in a VM'
	@echo
	@echo 'Work on it:'
	@echo '  make demo [GPUS=N] [KERNEL=6.1]   more GPUs, another kernel'
	@echo '  make shell [KERNEL=6.1]   a shell in a VM with the modules at hand'
	@echo '  make modules-6.1 modules-6.12 modules-newest modules-debug ...'
	@echo '  make modules-all      for each kernel that can be had, and for arm64'
	@echo '  make debug-kernel     build that kernel into the cache'
	@echo '  make refresh          look for newer Debian kernels'
	@echo '  make spec             the uapi header from the netlink spec again'
	@echo '  make count            lines of code per directory'
	@echo '  make clean clean-cache   what was built; what was downloaded'
	@echo
	@echo 'Installing:'
	@echo '  make install WITH_SIM=1   the simulator, too; so with dkms-install'
	@echo '  make uninstall dkms-uninstall'
	@echo
	@echo 'For a release:'
	@echo '  make docs             Documentation as HTML, into build/docs'
	@echo '  make check-docs       what the documentation says is so'
	@echo '  make check-packaging  installing, the service, the release'
	@echo '  make check-deb        the packages in a Debian of their own'
	@echo '  make dist             the source, into build/dist'

# Without headers for the running kernel there is still something to build; but not
# for other headers than those that KDIR= names.
modules:
	@$(lab)/packages build
ifneq ($(wildcard $(HEADER))$(filter command,$(origin KDIR)),)
	@$(lab)/build-modules $(KDIR)
else
	@echo 'No headers in $(KDIR): building for Debian 12 instead (make help)'
	@$(lab)/packages lab
	@$(lab)/build-modules 6.1
endif

modules-6.1 modules-6.12 modules-newest modules-debug modules-debug-newest: modules-%:
	@$(lab)/packages build lab
	@$(lab)/build-modules $*

modules-all:
	@$(lab)/modules-all

agent:
	@$(lab)/packages build
	@$(MAKE) -s -C agent

check:
	@tests/check all

check-all-kernels:
	@tests/check kernels

check-newest:
	@tests/check newest

check-quick:
	@tests/check quick

check-planted:
	@$(lab)/packages build test
	@tests/unit/planted

check-prometheus:
	@tests/agent-prometheus

check-integrations:
	@tests/integrations/check

check-plain:
	@tests/check plain

check-guests:
	@tests/check guests

check-debug: KERNEL = debug
check-debug:
	@tests/check debug $(KERNEL)

check-kcsan:
	@tests/check kcsan

coverage:
	@$(lab)/coverage

SECONDS	?= 60
MESSAGES ?= 0
CYCLES	?= 0
SEED	?= 1
storm:
	@$(lab)/packages build test lab
	@$(MAKE) -s -C tests/selftests
	@$(lab)/run -k $(KERNEL) -t 1000000 -e GPUVF_SEED=$(SEED) \
		-e GPUVF_STORM_SECONDS=$(SECONDS) \
		-e GPUVF_STORM_MESSAGES=$(MESSAGES) \
		-e GPUVF_STORM_CYCLES=$(CYCLES) \
		-r tests/selftests/storm.sh $(build)/selftests/test_storm

demo:
	@$(lab)/demo $(KERNEL) $(GPUS)

demo-vm:
	@$(lab)/demo-vm $(KERNEL)

bench:
	@tests/bench/run $(BENCH)

fuzz:
	@$(lab)/packages build fuzz
	@$(MAKE) -s -C tests/fuzz

FUZZ_SECONDS ?= 60
fuzz-kernel:
	@$(lab)/packages build test lab
	@$(MAKE) -s -C tests/selftests
	@$(lab)/run -n -k debug -t 1000000 -o $(build)/fuzz/family \
		-e GPUVF_MODULES=$$($(lab)/build-modules -k debug) \
		-e GPUVF_FUZZ_SECONDS=$(FUZZ_SECONDS) -e GPUVF_SEED=$(SEED) \
		tests/selftests/run fuzz_family

shell:
	@$(lab)/packages build lab
	@$(MAKE) -s -C agent
	@$(lab)/run -k $(KERNEL) --shell

check-messages:
	@$(lab)/packages build test lab
	@$(MAKE) -s -C agent && $(MAKE) -s -C tests/selftests
	@$(lab)/run -t 36000 -k $(KERNEL) -e GPUVF_MESSAGES=10000000 \
		-e GPUVF_SEED=$(or $(SEED),1) -e GPUVF_TEST=C29_random_messages \
		tests/selftests/run test_netlink_spec

lint:
	@$(lab)/lint

check-layers:
	@$(lab)/packages build test lab
	@tests/lint/check

count:
	@tests/lint/count

debug-kernel:
	@$(lab)/kernel-get debug

refresh:
	@for kernel in 6.1 6.12 newest debug source-6.1 source-newest; do $(lab)/kernel-get -r $$kernel || exit; done

spec:
	@$(lab)/spec write

clean:
	rm -rf $(build)

clean-cache:
	@$(lab)/kernel-get clear

include packaging/install.mk

.PHONY: check-messages
.PHONY: all help help-all modules modules-6.1 modules-6.12 modules-newest modules-debug \
	modules-debug-newest agent check
.PHONY: check-prometheus check-planted
.PHONY: check-all-kernels check-newest
.PHONY: check-guests check-integrations check-quick check-plain check-debug check-kcsan storm demo demo-vm bench fuzz shell lint debug-kernel refresh
.PHONY: check-layers count modules-all
.PHONY: coverage fuzz-kernel
.PHONY: spec clean clean-cache
