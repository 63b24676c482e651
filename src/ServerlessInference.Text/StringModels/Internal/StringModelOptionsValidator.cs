using Microsoft.Extensions.Options;

namespace ServerlessInference.Text.StringModels.Internal;

[OptionsValidator]
internal sealed partial class StringModelOptionsValidator : IValidateOptions<StringModelOptions>;
