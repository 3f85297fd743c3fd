# Run by `polymake --script`: the jobs are a Perl literal in the file named by JOBS; prints one JSON line an
# answer. See benchmarks/answers.py.
use application "fan";
use Time::HiRes qw(clock);
$| = 1;

my %work = (
   "flats by rank" => sub {
      my $matroid = new matroid::Matroid(VECTORS => new Matrix<Rational>($_[0]));
      my $lattice = $matroid->LATTICE_OF_FLATS;
      map { $lattice->nodes_of_rank($_)->size } 0 .. $matroid->RANK;
   },
   "characteristic polynomial" => sub {
      my $matroid = new matroid::Matroid(VECTORS => new Matrix<Rational>($_[0]));
      my ($tutte, @found) = ($matroid->TUTTE_POLYNOMIAL, (0) x ($matroid->RANK + 1));
      my ($monomials, $coefficients) = ($tutte->monomials_as_matrix, $tutte->coefficients_as_vector);
      for my $i (0 .. $monomials->rows - 1) {  # T(x, 0), by powers of x
         $found[$monomials->elem($i, 0)] = $coefficients->[$i] if $monomials->elem($i, 1) == 0;
      }
      @found;
   },
   "f-vector" => sub { @{arrangement($_[0])->F_VECTOR} },
   "tope graph" => sub {
      my $graph = arrangement($_[0])->DUAL_GRAPH->ADJACENCY;
      my $nodes = $graph->nodes;
      ($nodes, $graph->edges, sort { $a <=> $b } map { $graph->degree($_) } 0 .. $nodes - 1);
   },
);

sub arrangement {
   (new HyperplaneArrangement(HYPERPLANES => new Matrix<Rational>($_[0])))->CHAMBER_DECOMPOSITION;
}

foreach my $job (@{do $ENV{JOBS}}) {
   my $begun = clock();
   my @found = $work{$job->{asked}}->($job->{rows});
   my $spent = clock() - $begun;
   print "{\"answer\": [" . join(", ", map { "$_" } @found) . "], \"cpu\": $spent}\n";
}
